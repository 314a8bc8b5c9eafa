#!/usr/bin/env node
/**
 * The `pintle` command: reads arguments, starts what they name, says what a person needs to know. What a command needs is
 * loaded when it is asked for, so that help and health checks cost nothing.
 */
import { Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import type { ApiServerOptions } from './api-server/command.js';
import { wholeNumber, withApiServerFlags } from './api-server/flags.js';
import type { EnvtestOptions } from './envtest/envtest.js';
import type { EtcdOptions } from './envtest/etcd.js';
import type { SchedulerCommandOptions } from './scheduler/command.js';
import type { UpOptions } from './served-cluster.js';
import type { SnapshotOptions } from './snapshot.js';

function withUpOptions(command: Command): Command {
  command
    .option(
      '--config <file>',
      'these options, and images of every form, as YAML or JSON; what is given here goes before it',
    )
    .option('--data-dir <folder>', 'where the cluster keeps its objects, certificates and pod files', '.pintle')
    .option('--in-memory', 'keep no objects beyond this run')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '--port <port>',
      'the port of the API server; the next free one is taken where it is in use',
      wholeNumber(0, 65_535),
      6443,
    )
    .option('--http2', 'speak HTTP/2 with clients that ask for it: fewer connections, dearer requests')
    .option('--nodes <count>', 'how many nodes', wholeNumber(0, 100_000), 1)
    .addOption(
      new Option('--runtime <runtime>', 'what runs the containers: processes of this machine, or a simulation')
        .choices(['process', 'simulated'])
        .default('process'),
    )
    .option('--no-scheduler', 'leave the scheduler out: pods stay as they are')
    .addOption(
      new Option('--controllers <names>', "which controllers run: '*' for all, job for one, -job for not that one")
        .argParser((text) => text.split(',').filter((word) => word !== ''))
        .default(['*'], '*'),
    )
    .option('--kubeconfig <file>', 'where to write the kubeconfig (default: kubeconfig in the data folder)')
    .option(
      '--image <name=folder...>',
      'an image and the folder that holds its program; `name=host` for programs of this machine',
    );
  return withApiServerFlags(command);
}

/** With what the file of `--config` says, where the command line says nothing. */
async function configured(options: UpOptions, command: Command): Promise<UpOptions> {
  if (options.config === undefined) return options;
  const { upConfiguration } = await import('./up-configuration.js');
  const said = Object.entries(await upConfiguration(options.config));
  return { ...options, ...Object.fromEntries(said.filter(([name]) => command.getOptionValueSource(name) !== 'cli')) };
}

const program = new Command('pintle')
  .description('Kubernetes in one Node process.')
  // Behind a command it is the command's.
  .enablePositionalOptions()
  .version(manifest.version, '--version', 'say the version and end')
  .showHelpAfterError('(pintle --help lists the commands)');

withUpOptions(program.command('up').description('start a cluster and keep it running until Ctrl-C')).action(
  async (options: UpOptions, command: Command) => (await import('./up.js')).up(await configured(options, command)),
);

withUpOptions(program.command('demo').description('start a cluster with the guestbook example in it')).action(
  async (options: UpOptions, command: Command) => (await import('./demo.js')).demo(await configured(options, command)),
);

withApiServerFlags(
  program
    .command('apiserver')
    .description('run the API server alone, by kube-apiserver’s own flags; its objects are in memory')
    .option('--data-dir <folder>', 'keep objects and keys here')
    .option('--kubeconfig <file>', 'where to write an administrator’s kubeconfig')
    .option('--version [version]', 'say the version and end, or serve under another version'),
).action(async (options: ApiServerOptions) => (await import('./api-server/command.js')).apiServer(options));

program
  .command('scheduler')
  .description('run the scheduler alone in a cluster that a kubeconfig names, beside another scheduler or in its place')
  .option('--kubeconfig <file>', 'the cluster (default: as kubectl finds it, or what a pod is told)')
  .option('--context <name>', 'the context of the kubeconfig (default: the current one)')
  .option('--config <file>', 'a KubeSchedulerConfiguration')
  .action(async (options: SchedulerCommandOptions) => (await import('./scheduler/command.js')).scheduler(options));

program
  .command('envtest')
  .description(
    'print a folder with kube-apiserver and etcd for test harnesses: export KUBEBUILDER_ASSETS=$(pintle envtest)',
  )
  .option('--dir <folder>', 'where to make it (default: in the user’s cache folder)')
  .action(async (options: EnvtestOptions) => (await import('./envtest/envtest.js')).envtest(options));

program
  .command('snapshot')
  .description('print what scheduling reads of a cluster, as YAML: nodes, pods, volumes, budgets and so on')
  .option('--kubeconfig <file>', 'how to reach it (default: as kubectl finds it)')
  .option('--context <name>', 'which of its contexts')
  .option('-o, --output <file>', 'write to a file')
  .action(async (options: SnapshotOptions) => (await import('./snapshot.js')).snapshot(options));

program
  .command('etcd', { hidden: true })
  .description('answer etcd’s health checks for harnesses that start an etcd beside the API server; keeps nothing')
  .option('--listen-client-urls <urls>', 'where to listen', 'http://localhost:2379')
  .option('--advertise-client-urls <urls>', 'without effect')
  .option('--listen-peer-urls <urls>', 'without effect')
  .option('--initial-advertise-peer-urls <urls>', 'without effect')
  .option('--initial-cluster <members>', 'without effect')
  .option('--name <name>', 'without effect')
  .option('--data-dir <folder>', 'without effect')
  .option('--unsafe-no-fsync [on]', 'without effect')
  .option('--log-level <level>', 'without effect')
  .option('--auto-compaction-retention <time>', 'without effect')
  .option('--quota-backend-bytes <bytes>', 'without effect')
  .option('--version', 'say the version and end')
  .action(async (options: EtcdOptions) => (await import('./envtest/etcd.js')).etcd(options));

program.parseAsync().catch((error: unknown) => {
  console.error(`pintle: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
