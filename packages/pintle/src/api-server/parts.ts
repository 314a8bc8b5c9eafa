/** From kube-apiserver's flags to the parts of a served cluster: reads the files that they name, and starts nothing. */
import { builtinResources } from '@pintle/api';
import type { AuditOptions, OptionalPlugin } from '@pintle/apiserver';
import { auditLog, parseAuditPolicy } from '@pintle/apiserver/nodejs';
import type { ServedClusterParts } from '@pintle/cluster/nodejs';
import { apiVersionOf, type ResourceDefinition, realWorld, type World } from '@pintle/machinery';
import { configuredAdmission } from './admission-configuration.js';
import { chosenAuthorizers } from './authorizers.js';
import { fileOf, given } from './flag-files.js';
import { type ApiServerFlags, optionalAdmissionPlugins } from './flags.js';
import { trustedIssuers } from './issuers.js';

const isOptional = (plugin: string) => (optionalAdmissionPlugins as readonly string[]).includes(plugin);

/** Errors: a file that cannot be read, with the flag that names it. */
export async function apiServerParts(
  flags: ApiServerFlags,
  world: World = realWorld(),
): Promise<Partial<ServedClusterParts>> {
  const { clientCaFile, tlsCertFile, tlsPrivateKeyFile, serviceAccountSigningKeyFile } = flags;
  const { serviceAccountMaxTokenExpiration: maxTokenMs } = flags;
  if ((tlsCertFile === undefined) !== (tlsPrivateKeyFile === undefined))
    throw new Error('--tls-cert-file and --tls-private-key-file are of use together only');
  const disabled = new Set(flags.disableAdmissionPlugins);
  for (const name of flags.enableAdmissionPlugins ?? [])
    if (disabled.has(name)) throw new Error(`${name} is in both --enable-admission-plugins and --disable-…`);
  const trusted = await trustedIssuers(flags, world);
  const optional = optionalAdmissionPlugins.filter((name) => flags.enableAdmissionPlugins?.includes(name));
  const isThere = (plugin: string) =>
    !disabled.has(plugin) && (optional.includes(plugin as OptionalPlugin) || !isOptional(plugin));
  return {
    ...given('host', flags.bindAddress),
    ...(flags.securePort === undefined ? {} : { port: flags.securePort, portExactly: true }),
    ...given('advertiseAddress', flags.advertiseAddress),
    ...given('serverCertificateFolder', flags.certDir),
    ...(tlsCertFile === undefined || tlsPrivateKeyFile === undefined
      ? {}
      : {
          serverCertificate: {
            certPem: await fileOf('--tls-cert-file', tlsCertFile),
            keyPem: await fileOf('--tls-private-key-file', tlsPrivateKeyFile),
          },
        }),
    ...(clientCaFile === undefined ? {} : { clientCaPem: await fileOf('--client-ca-file', clientCaFile) }),
    ...trusted,
    ...(flags.requestheaderClientCaFile === undefined
      ? {}
      : {
          frontProxies: {
            caPem: await fileOf('--requestheader-client-ca-file', flags.requestheaderClientCaFile),
            allowedNames: flags.requestheaderAllowedNames ?? [],
            usernameHeaders: flags.requestheaderUsernameHeaders ?? ['X-Remote-User'],
            uidHeaders: flags.requestheaderUidHeaders ?? [],
            groupHeaders: flags.requestheaderGroupHeaders ?? ['X-Remote-Group'],
            extraHeaderPrefixes: flags.requestheaderExtraHeadersPrefix ?? ['X-Remote-Extra-'],
          },
        }),
    // As kube-apiserver: where everything is allowed, nobody comes in unnamed.
    ...(flags.authorizationMode?.includes('AlwaysAllow') ? { anonymous: false } : {}),
    ...given('authorizer', await chosenAuthorizers(flags, world)),
    ...(flags.enableAdmissionPlugins === undefined
      ? {}
      : {
          enableAdmissionPlugins: optional,
        }),
    ...given('disableAdmissionPlugins', flags.disableAdmissionPlugins),
    ...(flags.defaultNotReadyTolerationSeconds === undefined && flags.defaultUnreachableTolerationSeconds === undefined
      ? {}
      : {
          defaultTolerations: {
            ...given('notReadySeconds', flags.defaultNotReadyTolerationSeconds),
            ...given('unreachableSeconds', flags.defaultUnreachableTolerationSeconds),
          },
        }),
    ...(await configuredAdmission(flags.admissionControlConfigFile, isThere)),
    ...given('featureGates', flags.featureGates),
    ...given('audit', await audited(flags, world)),
    ...given('serviceCidr', flags.serviceClusterIpRange),
    ...given('nodePorts', flags.serviceNodePortRange),
    serviceAccounts: {
      ...given('issuers', flags.serviceAccountIssuer),
      ...given('jwksUri', flags.serviceAccountJwksUri),
      ...given('audiences', flags.apiAudiences),
      ...given('maxExpirationSeconds', maxTokenMs === undefined ? undefined : Math.floor(maxTokenMs / 1000)),
      ...given('extendsExpiration', flags.serviceAccountExtendTokenExpiration),
      ...(serviceAccountSigningKeyFile === undefined
        ? {}
        : { signingKeyPem: await fileOf('--service-account-signing-key-file', serviceAccountSigningKeyFile) }),
      ...(flags.serviceAccountKeyFile === undefined
        ? {}
        : {
            checkingKeyPems: await Promise.all(
              flags.serviceAccountKeyFile.map((path) => fileOf('--service-account-key-file', path)),
            ),
          }),
    },
    ...(flags.runtimeConfig === undefined ? {} : { resources: servedResources(flags.runtimeConfig) }),
  };
}

/** Undefined where nothing is recorded, or nowhere. */
async function audited(
  { auditPolicyFile, auditLogPath: path }: ApiServerFlags,
  { logger }: World,
): Promise<AuditOptions | undefined> {
  if (auditPolicyFile === undefined || path === undefined) return undefined;
  const text = await fileOf('--audit-policy-file', auditPolicyFile);
  const { sink } = auditLog(path === '-' ? '/dev/stdout' : path, (error) =>
    logger.log('error', 'the audit log could not be written', { path, error }),
  );
  return { policy: parseAuditPolicy(text), sink };
}

/** What `--runtime-config` leaves: the most particular word counts. */
function servedResources(config: Readonly<Record<string, boolean>>): readonly ResourceDefinition[] {
  const isServed = ({ kind }: Pick<ResourceDefinition, 'kind'>) => {
    const apiVersion = apiVersionOf(kind);
    const version = apiVersion.split('/').at(-1) ?? '';
    const maturity = version.includes('alpha') ? 'alpha' : version.includes('beta') ? 'beta' : 'ga';
    return config[apiVersion] ?? config[`api/${maturity}`] ?? config['api/all'] ?? true;
  };
  return builtinResources()
    .filter(isServed)
    .map(({ versions, ...definition }) =>
      versions === undefined ? definition : { ...definition, versions: versions.filter(isServed) },
    );
}
