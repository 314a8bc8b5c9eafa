/** From `--admission-control-config-file` to the options of the plug-ins that it configures. */
import { dirname, resolve } from 'node:path';
import { type ApiServerOptions, podSecurityConfiguration } from '@pintle/apiserver';
import { type ApiServerFlags, presentAdmissionPlugins } from './flags.js';
import { yamlFileOf } from './issuers.js';

const flag = '--admission-control-config-file';
const apiVersions: readonly unknown[] = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1'];

interface AdmissionConfiguration {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly plugins?: readonly {
    readonly name?: string;
    readonly path?: string;
    readonly configuration?: unknown;
  }[];
}

/** Errors: a file that cannot be read or used; a plug-in that is there and takes no configuration in Pintle. */
export async function configuredAdmission(
  path: ApiServerFlags['admissionControlConfigFile'],
): Promise<Pick<ApiServerOptions, 'podSecurityDefaults' | 'podSecurityExemptions'>> {
  if (path === undefined) return {};
  const { apiVersion, kind, plugins } = ((await yamlFileOf(flag, path)) ?? {}) as AdmissionConfiguration;
  if (!apiVersions.includes(apiVersion) || kind !== 'AdmissionConfiguration')
    throw new Error(`${flag}: no kind "${String(kind)}" is registered for version "${String(apiVersion)}"`);
  let found: ReturnType<typeof podSecurityConfiguration> | undefined;
  for (const plugin of plugins ?? []) {
    const isGiven = (plugin.configuration ?? undefined) !== undefined || Boolean(plugin.path);
    if (plugin.name !== 'PodSecurity') {
      // What a plug-in that is not there would have been told is of no account, as in kube-apiserver.
      if (isGiven && presentAdmissionPlugins.includes(plugin.name ?? ''))
        throw new Error(`${flag}: admission plug-in "${plugin.name}" takes no configuration in Pintle`);
      continue;
    }
    // The first word counts, and what is nested counts before a path.
    if (found !== undefined || !isGiven) continue;
    const data =
      plugin.configuration ?? (await yamlFileOf(`${flag}: PodSecurity`, resolve(dirname(path), plugin.path ?? '')));
    try {
      found = podSecurityConfiguration(data);
    } catch (error) {
      throw new Error(`${flag}: PodSecurity: ${(error as Error).message}`, { cause: error });
    }
  }
  return found === undefined ? {} : { podSecurityDefaults: found.defaults, podSecurityExemptions: found.exemptions };
}
