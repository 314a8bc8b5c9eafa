/** What an API server is made of, and how it behaves: all of it may be left out. */
import type { FeatureGates } from '@pintle/api';
import type { StoreBackend } from '@pintle/contracts';
import type { FieldDocs, Kind, KubernetesObject, Metrics, ResourceDefinition, World } from '@pintle/machinery';
import type { Authenticator, TokenAuthenticator, UserInfo } from './access/access.js';
import type { AuthorizerChoice, AuthorizerSource } from './access/authorizer-choice.js';
import type { ServiceAccountTokens } from './access/tokens/service-account-tokens.js';
import type { AdmissionPlugin } from './admission/admission.js';
import type { OptionalPlugin } from './admission/default-plugins.js';
import type { DefaultTolerationsOptions } from './admission/default-tolerations.js';
import type { PluginConfigurations } from './admission/plugin-configuration.js';
import type { PodSecurityConfiguration } from './admission/pod-security/configuration.js';
import type { PodSecurityExemptions } from './admission/pod-security/pod-security.js';
import type { WebhookCaller } from './admission/webhook/webhook-caller.js';
import type { ServiceCaller } from './aggregation/service-caller.js';
import type { VirtualResource } from './aggregation/virtual-resources.js';
import type { AuditOptions } from './audit/audit.js';
import type { HealthCheck } from './health/health-checks.js';
import type { HttpHandler } from './http/message.js';
import type { StoredObject } from './storage/stored-object.js';
import type { NodeConnector } from './subresources/pod-log.js';
import type { SubresourceHandler } from './subresources/subresource.js';

export interface ApiServerOptions {
  /** The real world unless given. */
  readonly world?: World;
  /** It stays open when the server stops. A new store in memory unless given, which is closed after the last answer then. */
  readonly backend?: StoreBackend<StoredObject>;
  /** Kinds served beside the built-in ones, without a CustomResourceDefinition. */
  readonly kinds?: readonly Kind[];
  /** Kinds whose objects are made when they are read, as metrics. */
  readonly virtualResources?: readonly VirtualResource[];
  /** In the place of all built-in kinds. */
  readonly resources?: readonly ResourceDefinition[];
  /** Fields of what is alpha or beta, by the gates that they are behind; as in Kubernetes 1.33 unless given. */
  readonly featureGates?: FeatureGates;
  /** Admission plug-ins to have besides those that kube-apiserver has by default. */
  readonly enableAdmissionPlugins?: readonly OptionalPlugin[];
  /** Built-in admission plug-ins to leave out, by name, as `TaintNodesByCondition`. */
  readonly disableAdmissionPlugins?: readonly string[];
  /**
   * Whether a pod of a `default` account waits for it, and is refused where there is none within a second, as in
   * Kubernetes. Default: it is let in, as nobody need be there who makes accounts.
   */
  readonly requiresDefaultAccounts?: boolean;
  /** How long pods stay on nodes that are lost, unless they say otherwise. */
  readonly defaultTolerations?: DefaultTolerationsOptions;
  /** What admission plug-ins are told. */
  readonly pluginConfigurations?: PluginConfigurations;
  /** What Pod Security holds pods to where their namespace says nothing. Default: to nothing. */
  readonly podSecurityDefaults?: PodSecurityConfiguration['defaults'];
  /** Whom Pod Security asks nothing of. */
  readonly podSecurityExemptions?: PodSecurityExemptions;
  /** Run after the built-in plug-ins. */
  readonly admission?: readonly AdmissionPlugin[];
  /** Tell who asks by HTTP, by what a request shows beside a token: `clientCertificate`, `requestHeaders()`. */
  readonly authenticators?: readonly Authenticator[];
  /** Tell whose a bearer token is, beside those of `tokens`: `staticTokens()`, `oidcTokens()`, those of `configuredAuthentication()`. */
  readonly tokenAuthenticators?: readonly TokenAuthenticator[];
  /** Whether who shows nothing is let in as `system:anonymous` (default true), or the paths where. */
  readonly anonymous?: boolean | readonly string[];
  /**
   * `rbac`: by the roles in the store, with Kubernetes' own to begin with. `node`: kubelets by what is bound to them. Of
   * several the first with an opinion counts. Default: everything is allowed, as for a test.
   */
  readonly authorizer?: AuthorizerChoice | readonly AuthorizerChoice[] | AuthorizerSource;
  /** Issues and checks service account tokens. Without it there are none. */
  readonly tokens?: ServiceAccountTokens;
  /** Default: by the `Impersonate-` headers, as far as the authorizer lets the user. */
  readonly impersonate?: (user: UserInfo, request: Parameters<HttpHandler>[0]) => UserInfo | Promise<UserInfo>;
  /** Default `10.96.0.0/12`. Two of different families, with a comma between, for Services of both. */
  readonly serviceCidr?: string;
  /** The first and the last port that Services get on every node. Default 30000 to 32767. */
  readonly nodePorts?: readonly [number, number];
  /** What `/version` tells. Default `v1.33.5+pintle`. */
  readonly gitVersion?: string;
  /** How to reach the nodes, for logs and for streams. */
  readonly connectNode?: NodeConnector;
  /** More subresource handlers, by `group/plural/subresource`. */
  readonly subresources?: Readonly<Record<string, SubresourceHandler>>;
  /** Objects to be there from the first start, as RBAC's default roles. */
  readonly firstObjects?: readonly KubernetesObject[];
  /** Short sentences for `kubectl explain`, read when OpenAPI is first asked for. */
  readonly fieldDocs?: () => FieldDocs;
  /** How webhooks are asked: `httpsWebhookCaller()` of `./nodejs`. Without it none can be, and their failure policy counts. */
  readonly callWebhook?: WebhookCaller;
  /** The port that the Service `kubernetes` leads to; without it there is no such Service. */
  readonly port?: number;
  /** Where clients in the cluster reach that port. Default `127.0.0.1`. */
  readonly advertiseAddress?: string;
  /** Requests by HTTP wait for their turn, by flow schema and priority level. Without it each is answered at once. */
  readonly flowControl?: { readonly seats?: number };
  /** Lists what is served as APIServices, and passes requests on to the servers that others name. Without it neither. */
  readonly aggregation?: { readonly call: ServiceCaller };
  /** How what listens in pods and on nodes is reached, for `pods/proxy`, `services/proxy` and `nodes/proxy`. Without it there are none. */
  readonly proxy?: { readonly call: ServiceCaller };
  /** Of the host that serves: its Lease in kube-system is kept renewed, and those of servers that are gone are removed. Without it neither. */
  readonly identity?: { readonly hostname: string };
  /** What to record of requests by HTTP, and where. Without it nothing is. */
  readonly audit?: AuditOptions;
  /** What `/metrics` shows, with what the server counts itself. Its own unless given. */
  readonly metricsRegistry?: Metrics;
  /** More checks of `/livez` and `/readyz`. */
  readonly healthChecks?: readonly HealthCheck[];
  /** What ComponentStatuses tell of beside the store: `scheduler` and `controller-manager`, as a cluster has them. */
  readonly components?: readonly HealthCheck[];
}
