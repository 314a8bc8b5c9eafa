/** From `--admission-control-config-file` to the options of the plug-ins that it configures. */
import { dirname, resolve } from 'node:path';
import {
  type ApiServerOptions,
  eventRateLimitDocument,
  imagePolicyDocument,
  type PluginConfigurations,
  podNodeSelectorDocument,
  podSecurityConfiguration,
  podTolerationRestrictionDocument,
  resourceQuotaDocument,
  webhookAdmissionDocument,
} from '@pintle/apiserver';
import { yamlFileOf } from './flag-files.js';
import type { ApiServerFlags } from './flags.js';

const flag = '--admission-control-config-file';
const apiVersions: readonly unknown[] = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1'];

type Configured = Pick<ApiServerOptions, 'podSecurityDefaults' | 'podSecurityExemptions' | 'pluginConfigurations'>;

interface Said {
  readonly name?: string;
  readonly path?: string;
  readonly configuration?: unknown;
}

interface AdmissionConfiguration {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly plugins?: readonly Said[];
}

/** From a document to what the plug-in takes. `at` is what errors begin with. */
type Reader = (document: unknown, at: string) => Configured | Promise<Configured>;

/** Read where a kubeconfig is named: few have one, and none should wait for it. */
const access = () => import('./webhook-access.js');

const plugin = (of: PluginConfigurations): Configured => ({ pluginConfigurations: of });

const readers: Readonly<Record<string, Reader>> = {
  EventRateLimit: (document) => plugin({ EventRateLimit: eventRateLimitDocument(document) }),
  async ImagePolicyWebhook(document, at) {
    const { kubeConfigFile, ...configuration } = imagePolicyDocument(document);
    const target = await (await access()).webhookTargetOf(at, kubeConfigFile);
    return plugin({ ImagePolicyWebhook: { ...configuration, target } });
  },
  MutatingAdmissionWebhook: (document, at) => usersOf('MutatingAdmissionWebhook', document, at),
  PodNodeSelector: (document) => plugin({ PodNodeSelector: podNodeSelectorDocument(document) }),
  PodSecurity(document) {
    const { defaults, exemptions } = podSecurityConfiguration(document);
    return { podSecurityDefaults: defaults, podSecurityExemptions: exemptions };
  },
  PodTolerationRestriction: (document) =>
    plugin({ PodTolerationRestriction: podTolerationRestrictionDocument(document) }),
  ResourceQuota: (document) => plugin({ ResourceQuota: resourceQuotaDocument(document) }),
  ValidatingAdmissionWebhook: (document, at) => usersOf('ValidatingAdmissionWebhook', document, at),
};

async function usersOf(
  name: 'MutatingAdmissionWebhook' | 'ValidatingAdmissionWebhook',
  document: unknown,
  at: string,
): Promise<Configured> {
  const path = webhookAdmissionDocument(name, document);
  return plugin({ [name]: await (await access()).webhookUsersOf(at, path) });
}

/** Errors: a file that cannot be read or used. `isThere`: whether a plug-in is among those that are on. */
export async function configuredAdmission(
  path: ApiServerFlags['admissionControlConfigFile'],
  isThere: (plugin: string) => boolean = () => true,
): Promise<Configured> {
  if (path === undefined) return {};
  const found = new Map<string, Configured>();
  for (const said of await pluginsIn(path)) {
    const { name = '' } = said;
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    const isGiven = (said.configuration ?? undefined) !== undefined || Boolean(said.path);
    // The first word counts. What a plug-in that is not there would have been told is of no account, and no other takes one.
    if (!isGiven || found.has(name) || reader === undefined || !isThere(name)) continue;
    const at = `${flag}: ${name}`;
    // What is nested counts before a path.
    const document = said.configuration ?? (await yamlFileOf(at, resolve(dirname(path), said.path ?? '')));
    try {
      found.set(name, await reader(document, at));
    } catch (error) {
      const { message } = error as Error;
      throw new Error(message.startsWith(at) ? message : `${at}: ${message}`, { cause: error });
    }
  }
  const all = [...found.values()];
  const pluginConfigurations = Object.assign({}, ...all.map((each) => each.pluginConfigurations));
  return Object.assign({}, ...all, Object.keys(pluginConfigurations).length === 0 ? {} : { pluginConfigurations });
}

/** Two older plug-ins are configured by the file itself, where it is of no kind. */
async function pluginsIn(path: string): Promise<readonly Said[]> {
  const document = ((await yamlFileOf(flag, path)) ?? {}) as AdmissionConfiguration;
  const { apiVersion, kind, plugins = [] } = document;
  if (apiVersions.includes(apiVersion) && kind === 'AdmissionConfiguration') return plugins;
  if ('imagePolicy' in document || 'podNodeSelectorPluginConfig' in document)
    return ['ImagePolicyWebhook', 'PodNodeSelector'].map((name) => ({ name, path: resolve(path) }));
  throw new Error(`${flag}: no kind "${String(kind)}" is registered for version "${String(apiVersion)}"`);
}
