#!/usr/bin/env node
/** The `pintle` command: reads arguments, starts a cluster, says what a person needs to know. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { demo } from './demo.js';
import { type UpOptions, up } from './up.js';

const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`);
  return value;
};

function withUpOptions(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'where the cluster keeps its objects, certificates and pod files', '.pintle')
    .option('--in-memory', 'keep no objects beyond this run')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '--port <port>',
      'the port of the API server; the next free one is taken where it is in use',
      whole(0, 65535),
      6443,
    )
    .option('--nodes <count>', 'how many nodes', whole(0, 100_000), 1)
    .addOption(
      new Option('--runtime <runtime>', 'what runs the containers: processes of this machine, or a simulation')
        .choices(['process', 'simulated'])
        .default('process'),
    )
    .option('--kubeconfig <file>', 'where to write the kubeconfig (default: kubeconfig in the data folder)')
    .option(
      '--image <name=folder...>',
      'an image and the folder that holds its program; `name=host` for programs of this machine',
    );
}

const program = new Command('pintle')
  .description('Kubernetes in one Node process.')
  .showHelpAfterError('(pintle --help lists the commands)');

withUpOptions(program.command('up').description('start a cluster and keep it running until Ctrl-C')).action(
  (options: UpOptions) => up(options),
);

withUpOptions(program.command('demo').description('start a cluster with the guestbook example in it')).action(
  (options: UpOptions) => demo(options),
);

program.parseAsync().catch((error: unknown) => {
  console.error(`pintle: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
