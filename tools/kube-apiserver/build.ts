/** Builds kube-apiserver, its etcd and its controllers from the Go modules that go.mod names: minutes the first time, seconds from Go's cache after it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Git-ignored, as all of node_modules is. */
const outputFolder = resolve(import.meta.dirname, '../../node_modules/.cache/kube-apiserver');

/** As go.mod has it: `v1.34.4`. */
export function builtVersion(): string {
  const version = /k8s\.io\/kubernetes (v[\d.]+)/.exec(readFileSync(join(import.meta.dirname, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error('go.mod names no version of k8s.io/kubernetes');
  return version;
}

export interface Programs {
  readonly kubeApiServer: string;
  readonly etcd: string;
}

/** What acts on what the API server serves. */
export interface ControllerPrograms {
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
}

/** Errors: where there is no Go, or no such modules. */
export async function buildPrograms(): Promise<Programs> {
  return {
    etcd: await build('./etcd', 'etcd', []),
    kubeApiServer: await build('.', 'kube-apiserver', versionStamps()),
  };
}

/** Errors: as above. */
export async function buildControllers(): Promise<ControllerPrograms> {
  const [manager, scheduler] = ['kube-controller-manager', 'kube-scheduler'] as const;
  return {
    kubeControllerManager: await build(`./${manager}`, manager, versionStamps()),
    kubeScheduler: await build(`./${scheduler}`, scheduler, versionStamps()),
  };
}

function versionStamps(): readonly string[] {
  const version = builtVersion();
  const [major = '', minor = ''] = version.slice(1).split('.');
  const stamp = (name: string, value: string) => `-X k8s.io/component-base/version.${name}=${value}`;
  return [stamp('gitVersion', version), stamp('gitMajor', major), stamp('gitMinor', minor)];
}

async function build(source: string, name: string, stamps: readonly string[]): Promise<string> {
  const program = join(outputFolder, name);
  const flags = ['-s -w', ...stamps].join(' ');
  const go = spawn('go', ['build', '-trimpath', '-ldflags', flags, '-o', program, source], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((done, failed) => {
    go.once('close', done);
    go.once('error', (cause) => failed(new Error('kube-apiserver is built with Go, which is not here', { cause })));
  });
  if (code !== 0) throw new Error(`go build ended with ${code}`);
  return program;
}
