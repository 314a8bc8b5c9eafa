/** AuthenticationConfiguration of `apiserver.config.k8s.io` (`--authentication-config`), field by field. */
import { boolean, type Infer, list, object, ref, string } from '@pintle/machinery';

const Issuer = object({
  url: string(),
  discoveryURL: string(),
  certificateAuthority: string(),
  audiences: list(string()),
  audienceMatchPolicy: string(),
});

const ClaimValidationRule = object({
  claim: string(),
  requiredValue: string(),
  expression: string(),
  message: string(),
});

const PrefixedClaimOrExpression = object({ claim: string(), prefix: string(), expression: string() });

const ClaimMappings = object({
  username: ref(PrefixedClaimOrExpression),
  groups: ref(PrefixedClaimOrExpression),
  uid: ref(object({ claim: string(), expression: string() })),
  extra: list(ref(object({ key: string(), valueExpression: string() }))),
});

const JwtAuthenticatorNotation = object({
  issuer: ref(Issuer),
  claimValidationRules: list(ref(ClaimValidationRule)),
  claimMappings: ref(ClaimMappings),
  userValidationRules: list(ref(object({ expression: string(), message: string() }))),
});

const AuthenticationConfigurationNotation = object({
  apiVersion: string(),
  kind: string(),
  jwt: list(ref(JwtAuthenticatorNotation)),
  anonymous: ref(object({ enabled: boolean(), conditions: list(ref(object({ path: string() }))) })),
});

export const authenticationConfiguration = {
  kind: 'AuthenticationConfiguration',
  apiVersions: ['apiserver.config.k8s.io/v1beta1', 'apiserver.config.k8s.io/v1alpha1'],
  notation: AuthenticationConfigurationNotation,
};

export type AuthenticationConfiguration = Infer<typeof AuthenticationConfigurationNotation>;
export type JwtAuthenticator = Infer<typeof JwtAuthenticatorNotation>;
export type JwtIssuer = Infer<typeof Issuer>;
export type MappedBy = Infer<typeof PrefixedClaimOrExpression>;
