/**
 * The flags of kube-apiserver that `pintle apiserver` and `pintle up` take, under its own names: what harnesses and
 * scripts pass. One that is not here is refused by its name. What they come to is decided in `parts.ts`.
 *
 * **Differs from Kubernetes**: objects are kept by Pintle itself, so the flags about etcd are taken and lead to nothing;
 * so do those about privileged containers, logging and profiling. Of feature gates those count that fields are behind.
 */

import type { FeatureGates } from '@pintle/api';
import type { OptionalPlugin } from '@pintle/apiserver';
import { ipFamilyOf, parseCidr, parseGoBoolean, parseGoDuration } from '@pintle/machinery';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** As parsed; absent where the flag was not given. */
export interface ApiServerFlags {
  readonly bindAddress?: string;
  readonly securePort?: number;
  readonly advertiseAddress?: string;
  readonly certDir?: string;
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
  readonly clientCaFile?: string;
  readonly tokenAuthFile?: string;
  readonly requestheaderClientCaFile?: string;
  readonly requestheaderAllowedNames?: readonly string[];
  readonly requestheaderUsernameHeaders?: readonly string[];
  readonly requestheaderUidHeaders?: readonly string[];
  readonly requestheaderGroupHeaders?: readonly string[];
  readonly requestheaderExtraHeadersPrefix?: readonly string[];
  readonly anonymousAuth?: boolean;
  readonly authenticationConfig?: string;
  readonly authenticationTokenWebhookConfigFile?: string;
  readonly authenticationTokenWebhookVersion?: 'v1' | 'v1beta1';
  /** In milliseconds. */
  readonly authenticationTokenWebhookCacheTtl?: number;
  readonly apiAudiences?: readonly string[];
  readonly auditPolicyFile?: string;
  readonly auditLogPath?: string;
  readonly oidcIssuerUrl?: string;
  readonly oidcClientId?: string;
  readonly oidcCaFile?: string;
  readonly oidcUsernameClaim?: string;
  readonly oidcUsernamePrefix?: string;
  readonly oidcGroupsClaim?: string;
  readonly oidcGroupsPrefix?: string;
  readonly oidcRequiredClaim?: Readonly<Record<string, string>>;
  readonly oidcSigningAlgs?: readonly string[];
  readonly authorizationMode?: readonly string[];
  readonly authorizationConfig?: string;
  readonly authorizationPolicyFile?: string;
  readonly authorizationWebhookConfigFile?: string;
  readonly authorizationWebhookVersion?: 'v1' | 'v1beta1';
  /** In milliseconds. */
  readonly authorizationWebhookCacheAuthorizedTtl?: number;
  readonly authorizationWebhookCacheUnauthorizedTtl?: number;
  readonly enableAdmissionPlugins?: readonly string[];
  readonly disableAdmissionPlugins?: readonly string[];
  readonly admissionControlConfigFile?: string;
  readonly defaultNotReadyTolerationSeconds?: number;
  readonly defaultUnreachableTolerationSeconds?: number;
  readonly serviceClusterIpRange?: string;
  readonly serviceNodePortRange?: readonly [number, number];
  readonly serviceAccountIssuer?: readonly string[];
  readonly serviceAccountJwksUri?: string;
  readonly serviceAccountKeyFile?: readonly string[];
  readonly serviceAccountSigningKeyFile?: string;
  readonly serviceAccountMaxTokenExpiration?: number;
  readonly serviceAccountExtendTokenExpiration?: boolean;
  readonly runtimeConfig?: Readonly<Record<string, boolean>>;
  readonly featureGates?: FeatureGates;
}

const signingAlgorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];

const authorizationModes = ['AlwaysAllow', 'AlwaysDeny', 'ABAC', 'Webhook', 'Node', 'RBAC'];

/** Those of kube-apiserver 1.33 that are on. */
const admissionPlugins = [
  ...['CertificateApproval', 'CertificateSigning', 'CertificateSubjectRestriction', 'ClusterTrustBundleAttest'],
  ...['DefaultIngressClass', 'DefaultStorageClass', 'DefaultTolerationSeconds', 'LimitRanger'],
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionWebhook', 'NamespaceLifecycle', 'NodeRestriction'],
  ...['PersistentVolumeClaimResize', 'PodSecurity', 'PodTopologyLabels', 'Priority'],
  ...['ResourceQuota', 'RuntimeClass', 'ServiceAccount', 'StorageObjectInUseProtection', 'TaintNodesByCondition'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook'],
];

/** Those that are there for the asking. */
export const optionalAdmissionPlugins: readonly OptionalPlugin[] = [
  ...(['AlwaysAdmit', 'AlwaysDeny', 'AlwaysPullImages', 'DenyServiceExternalIPs', 'EventRateLimit'] as const),
  ...(['ExtendedResourceToleration', 'ImagePolicyWebhook', 'LimitPodHardAntiAffinityTopology'] as const),
  ...(['NamespaceAutoProvision', 'NamespaceExists', 'OwnerReferencesPermissionEnforcement'] as const),
  ...(['PodNodeSelector', 'PodTolerationRestriction'] as const),
];

const presentAdmissionPlugins: readonly string[] = [...admissionPlugins, ...optionalAdmissionPlugins];

export const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`);
  return value;
};

const words = (text: string) => text.split(',').filter((word) => word !== '');
const collected = (text: string, before: readonly string[] = []) => [...before, ...words(text)];

/** Names out of a list; the one that is not in it is named. */
const namesOf =
  (known: readonly string[], what: string) =>
  (text: string, before: readonly string[] = []) => {
    for (const word of words(text))
      if (!known.includes(word))
        throw new InvalidArgumentError(`${what} "${word}" is unknown; known are ${known.join(', ')}.`);
    return collected(text, before);
  };

/** `name=value`, once a flag: values may have commas. */
function pairOf(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const mark = text.indexOf('=');
  if (mark < 1) throw new InvalidArgumentError(`"${text}" is no NAME=VALUE.`);
  return { ...before, [text.slice(0, mark)]: text.slice(mark + 1) };
}

const truth = (text: string): boolean => {
  const value = parseGoBoolean(text);
  if (value === undefined) throw new InvalidArgumentError('true or false is needed.');
  return value;
};

/** `name=true,other=false`; a bare name is true where that is usual. */
const truths =
  ({ bare }: { readonly bare: boolean }) =>
  (text: string, before: Readonly<Record<string, boolean>> = {}) => {
    const pairs = words(text).map((word): [string, boolean] => {
      const mark = word.indexOf('=');
      if (mark < 0 && !bare) throw new InvalidArgumentError(`"${word}" lacks a value: write ${word}=true or =false.`);
      return mark < 0 ? [word, true] : [word.slice(0, mark), truth(word.slice(mark + 1))];
    });
    return { ...before, ...Object.fromEntries(pairs) };
  };

function duration(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('a duration is needed, as 5m or 30s.');
  return ms;
}

/** In milliseconds. */
function tokenDuration(text: string): number {
  const ms = duration(text);
  if (ms < 3_600_000 || ms > 2 ** 32 * 1000)
    throw new InvalidArgumentError('a duration from 1h to 2^32 seconds is needed.');
  return ms;
}

function portRange(text: string): readonly [number, number] {
  const match = /^(\d+)(?:-(\d+)|\+(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = match?.[2] !== undefined ? Number(match[2]) : first + Number(match?.[3] ?? 0);
  if (match === null || last < first || last > 65_535)
    throw new InvalidArgumentError('a range of ports is needed, as 30000-32767.');
  return [first, last];
}

function httpsUrl(text: string): string {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:')
    throw new InvalidArgumentError('a URL of HTTPS is needed.');
  return text;
}

function ipAddress(text: string): string {
  if (ipFamilyOf(text) === undefined) throw new InvalidArgumentError('an IP address is needed.');
  return text;
}

function ipRange(text: string): string {
  const families = text.split(',').map((cidr) => parseCidr(cidr)?.family);
  if (families.length > 2 || families.includes(undefined) || (families.length === 2 && families[0] === families[1]))
    throw new InvalidArgumentError('a range is needed, as 10.96.0.0/12, or one of IPv4 and one of IPv6 with a comma.');
  return text;
}

const effective = (): readonly Option[] => [
  new Option('--bind-address <address>', 'the address to listen on (default 127.0.0.1)'),
  new Option('--secure-port <port>', 'the port to listen on, this one or none; 0: any free one').argParser(
    wholeNumber(0, 65_535),
  ),
  new Option(
    '--advertise-address <address>',
    'where members of the cluster reach the server (default: where it listens)',
  ).argParser(ipAddress),
  new Option(
    '--cert-dir <folder>',
    'where the server’s certificate is (apiserver.crt, apiserver.key), or is written if there is none',
  ),
  new Option('--tls-cert-file <file>', 'the server’s certificate, with those that lead to its authority'),
  new Option('--tls-private-key-file <file>', 'the key of --tls-cert-file'),
  new Option('--client-ca-file <file>', 'authorities whose client certificates are trusted'),
  new Option('--token-auth-file <file>', 'bearer tokens: token,user,uid,"group1,group2" a line'),
  new Option('--requestheader-client-ca-file <file>', 'the authority of front proxies, which speak for users'),
  ...[
    ['--requestheader-allowed-names <names>', 'common names of front proxies; any without it'],
    ['--requestheader-username-headers <names>', 'headers that name the user (default X-Remote-User)'],
    ['--requestheader-uid-headers <names>', 'headers that name the user’s uid'],
    ['--requestheader-group-headers <names>', 'headers that name a group each (default X-Remote-Group)'],
    ['--requestheader-extra-headers-prefix <names>', 'what begins headers of extra (default X-Remote-Extra-)'],
  ].map(([flags = '', help]) => new Option(flags, help).argParser(collected)),
  new Option(
    '--authentication-config <file>',
    'AuthenticationConfiguration: issuers whose tokens are trusted, and where one may be anonymous',
  ),
  new Option(
    '--authentication-token-webhook-config-file <file>',
    'a kubeconfig of a webhook that tells whose a token is',
  ),
  new Option(
    '--authentication-token-webhook-version <version>',
    'the version of TokenReviews that it is asked with (default v1beta1)',
  ).choices(['v1', 'v1beta1']),
  new Option(
    '--authentication-token-webhook-cache-ttl <duration>',
    'how long it is remembered what it said (default 2m0s)',
  ).argParser(duration),
  new Option(
    '--api-audiences <names>',
    'whom tokens are for that may be shown to the server (default: who issues its own)',
  ).argParser(collected),
  new Option('--audit-policy-file <file>', 'a Policy of audit.k8s.io: what is recorded of which requests'),
  new Option('--audit-log-path <file>', 'where that is written, a line of JSON each; -: to standard output'),
  new Option('--oidc-issuer-url <url>', 'an OpenID provider whose tokens are trusted; HTTPS only'),
  new Option('--oidc-client-id <id>', 'for whom its tokens have to be'),
  new Option('--oidc-ca-file <file>', 'the authority of the provider (default: those of the system)'),
  new Option('--oidc-username-claim <name>', 'the claim that names the user (default sub)'),
  new Option(
    '--oidc-username-prefix <text>',
    'what names begin with (default: the provider, unless addresses; -: nothing)',
  ),
  new Option('--oidc-groups-claim <name>', 'the claim that names groups'),
  new Option('--oidc-groups-prefix <text>', 'what groups begin with'),
  new Option('--oidc-required-claim <name=value>', 'a claim that tokens must have; may be said again').argParser(
    pairOf,
  ),
  new Option('--oidc-signing-algs <names>', 'what tokens may be signed with (default RS256)').argParser(
    namesOf(signingAlgorithms, 'signing algorithm'),
  ),
  new Option('--anonymous-auth [enabled]', 'let requests without credentials through as system:anonymous').argParser(
    truth,
  ),
  new Option('--authorization-mode <modes>', `who decides, in turn: ${authorizationModes.join(', ')}`).argParser(
    namesOf(authorizationModes, 'authorization mode'),
  ),
  new Option(
    '--authorization-config <file>',
    'AuthorizationConfiguration: who decides, webhooks among them; followed while the server runs',
  ),
  new Option('--authorization-policy-file <file>', 'the policies of mode ABAC, a line each, in JSON'),
  new Option('--authorization-webhook-config-file <file>', 'a kubeconfig of the webhook of mode Webhook'),
  new Option(
    '--authorization-webhook-version <version>',
    'the version of SubjectAccessReviews that it is asked with (default v1beta1)',
  ).choices(['v1', 'v1beta1']),
  new Option(
    '--authorization-webhook-cache-authorized-ttl <duration>',
    'how long it is remembered that it allowed something (default 5m0s)',
  ).argParser(duration),
  new Option(
    '--authorization-webhook-cache-unauthorized-ttl <duration>',
    'how long it is remembered that it did not (default 30s)',
  ).argParser(duration),
  new Option(
    '--enable-admission-plugins <names>',
    `admission plug-ins to have beside those that are on: ${optionalAdmissionPlugins.join(', ')}`,
  ).argParser(namesOf(presentAdmissionPlugins, 'admission plug-in')),
  new Option('--admission-control-config-file <path>', 'AdmissionConfiguration: what plug-ins are told'),
  new Option(
    '--default-not-ready-toleration-seconds <seconds>',
    'how long pods stay on a node that is not ready',
  ).argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  new Option(
    '--default-unreachable-toleration-seconds <seconds>',
    'how long pods stay on a node that is out of reach',
  ).argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  new Option('--disable-admission-plugins <names>', 'admission plug-ins to leave out').argParser(
    namesOf(presentAdmissionPlugins, 'admission plug-in'),
  ),
  new Option('--service-cluster-ip-range <cidr>', 'where addresses of Services are from').argParser(ipRange),
  new Option('--service-node-port-range <range>', 'where node ports of Services are from').argParser(portRange),
  new Option(
    '--service-account-issuer <url>',
    'who issues service account tokens; the first one does, all are accepted',
  ).argParser(collected),
  new Option(
    '--service-account-jwks-uri <url>',
    'where others find the keys of service account tokens; of HTTPS; default: at the address to advertise',
  ).argParser(httpsUrl),
  new Option(
    '--service-account-key-file <file>',
    'keys or certificates that service account tokens are checked with',
  ).argParser(collected),
  new Option('--service-account-signing-key-file <file>', 'the key that service account tokens are signed with'),
  new Option(
    '--service-account-max-token-expiration <duration>',
    'service account tokens that are asked for longer live so long',
  ).argParser(tokenDuration),
  new Option(
    '--service-account-extend-token-expiration [extended]',
    'tokens that pods are given by themselves live for a year, for clients that never read theirs again (default true)',
  ).argParser(truth),
  new Option(
    '--runtime-config <versions>',
    'group versions to serve or not, as batch/v1=false or api/beta=false',
  ).argParser(truths({ bare: true })),
  new Option(
    '--feature-gates <gates>',
    'whether fields of what is alpha or beta may be used, as PodLevelResources=true or AllBeta=false',
  ).argParser(truths({ bare: false })),
];

/** What scripts pass out of habit. */
const withoutEffect = (): readonly Option[] => [
  ...[
    ['--etcd-servers <urls>', 'Pintle keeps its objects itself'],
    ['--etcd-prefix <prefix>', 'as above'],
    ['--etcd-cafile <file>', 'as above'],
    ['--etcd-certfile <file>', 'as above'],
    ['--etcd-keyfile <file>', 'as above'],
    ['--storage-backend <name>', 'as above'],
    ['--storage-media-type <type>', 'as above'],
    ['--kubelet-preferred-address-types <types>', 'nodes are reached within this process'],
    ['--audit-log-format <format>', 'the audit log is of JSON'],
    ['--audit-log-maxage <days>', 'the audit log is left to grow'],
    ['--audit-log-maxbackup <count>', 'as above'],
    ['--audit-log-maxsize <megabytes>', 'as above'],
    ['--logging-format <format>', 'the log is text'],
    ['-v, --v <level>', 'the log tells of what went wrong'],
  ].map(([flags = '', help]) => new Option(flags, help)),
  ...[
    ['--allow-privileged [allowed]', 'privileged containers are for PodSecurity to refuse'],
    ['--service-account-lookup [enabled]', 'tokens are checked against their objects'],
    ['--enable-aggregator-routing [enabled]', 'requests go to Services'],
    ['--enable-priority-and-fairness [enabled]', 'fair queueing'],
    ['--profiling [enabled]', 'there is no profiler'],
  ].map(([flags = '', help]) => new Option(flags, help).argParser(truth)),
  new Option('--max-requests-inflight <count>', 'a limit').argParser(wholeNumber(0, 1_000_000)),
  new Option('--max-mutating-requests-inflight <count>', 'a limit').argParser(wholeNumber(0, 1_000_000)),
];

export function withApiServerFlags(command: Command): Command {
  const groups = { 'Flags of kube-apiserver:': effective(), 'Taken, without effect:': withoutEffect() };
  for (const [heading, options] of Object.entries(groups))
    for (const option of options) command.addOption(option.helpGroup(heading));
  return command;
}
