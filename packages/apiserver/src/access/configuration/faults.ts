/** What is wrong with an AuthenticationConfiguration, in upstream's words. Pure; whether an expression is one is asked of who knows. */
import {
  duplicateField,
  type FieldError,
  invalidField,
  prefixedPathErrors,
  requiredErrors,
  requiredField,
  tooManyField,
} from '@pintle/machinery';
import type { AuthenticationConfiguration, JwtAuthenticator, JwtIssuer, MappedBy } from './notation.js';

/** Undefined: it is one. `wanted`: what it has to come to. */
export type ExpressionFault = (
  variable: 'claims' | 'user',
  expression: string,
  path: string,
  wanted?: 'bool',
) => FieldError | undefined;

const authenticatorsMax = 64;
const both = "claim and expression can't both be set";

export function configurationFaults(
  { jwt = [], anonymous }: AuthenticationConfiguration,
  faultOf: ExpressionFault,
  /** The server's own: their tokens are not read here. */
  disallowedIssuers: readonly string[],
): readonly FieldError[] {
  if (jwt.length > authenticatorsMax) return [tooManyField('jwt', jwt.length, authenticatorsMax)];
  const { enabled, conditions = [] } = anonymous ?? {};
  return [
    ...jwt.flatMap((each, index) => authenticatorFaults(each, `jwt[${index}]`, faultOf, disallowedIssuers)),
    ...repeated(
      jwt,
      ({ issuer }) => issuer?.url,
      (index) => `jwt[${index}].issuer.url`,
    ),
    ...repeated(
      jwt,
      ({ issuer }) => issuer?.discoveryURL,
      (index) => `jwt[${index}].issuer.discoveryURL`,
    ),
    ...(anonymous !== undefined && !enabled && conditions.length > 0
      ? [invalidField('anonymous.conditions', conditions, 'enabled should be set to true when conditions are defined')]
      : []),
  ];
}

/** An error for each value that was there before. */
function repeated<T>(
  items: readonly T[],
  read: (item: T) => string | undefined,
  pathOf: (index: number) => string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value = read(item);
    if (!value) return [];
    if (seen.has(value)) return [duplicateField(pathOf(index), value)];
    seen.add(value);
    return [];
  });
}

function authenticatorFaults(
  { issuer = {}, claimValidationRules = [], claimMappings = {}, userValidationRules = [] }: JwtAuthenticator,
  path: string,
  faultOf: ExpressionFault,
  disallowedIssuers: readonly string[],
): readonly FieldError[] {
  const expressionErrors = (at: string, expression: string, wanted?: 'bool') => {
    const fault = faultOf('claims', expression, at, wanted);
    return fault === undefined ? [] : [fault];
  };
  const mapped = (mapping: MappedBy | undefined, at: string, isRequired: boolean): readonly FieldError[] => {
    const { claim, expression, prefix } = mapping ?? {};
    if (claim && expression) return [invalidField(at, '', both)];
    if (!claim && !expression) return isRequired ? [requiredField(at, 'claim or expression is required')] : [];
    if (expression)
      return [
        ...(prefix === undefined
          ? []
          : [invalidField(`${at}.prefix`, prefix, 'may not be specified when expression is set')]),
        ...expressionErrors(`${at}.expression`, expression),
      ];
    return prefix === undefined
      ? [
          requiredField(
            `${at}.prefix`,
            'prefix is required when claim is set. It can be set to an empty string to disable prefixing',
          ),
        ]
      : [];
  };
  const { username, groups, uid, extra = [] } = claimMappings;
  const [rules, mappings, userRules] = ['claimValidationRules', 'claimMappings', 'userValidationRules'].map(
    (name) => `${path}.${name}`,
  ) as [string, string, string];
  return [
    ...issuerFaults(issuer, `${path}.issuer`, disallowedIssuers),
    ...claimValidationRules.flatMap(({ claim, requiredValue, expression, message }, index) => {
      const at = `${rules}[${index}]`;
      if (claim && expression) return [invalidField(at, claim, both)];
      if (claim)
        return message ? [invalidField(`${at}.message`, message, 'may not be specified when claim is set')] : [];
      if (!expression) return [requiredField(at, 'claim or expression is required')];
      return [
        ...(requiredValue
          ? [invalidField(`${at}.requiredValue`, requiredValue, 'may not be specified when expression is set')]
          : []),
        ...expressionErrors(`${at}.expression`, expression, 'bool'),
      ];
    }),
    ...repeated(
      claimValidationRules,
      ({ claim }) => claim,
      (index) => `${rules}[${index}].claim`,
    ),
    ...repeated(
      claimValidationRules,
      ({ expression }) => expression,
      (index) => `${rules}[${index}].expression`,
    ),
    ...mapped(username, `${mappings}.username`, true),
    ...mapped(groups, `${mappings}.groups`, false),
    ...(uid?.claim && uid.expression ? [invalidField(`${mappings}.uid`, '', both)] : []),
    ...(uid?.expression && !uid.claim ? expressionErrors(`${mappings}.uid.expression`, uid.expression) : []),
    ...extra.flatMap(({ key = '', valueExpression }, index) => {
      const at = `${mappings}.extra[${index}]`;
      return [
        ...keyFaults(key, `${at}.key`),
        ...(valueExpression
          ? expressionErrors(`${at}.valueExpression`, valueExpression)
          : [requiredField(`${at}.valueExpression`)]),
      ];
    }),
    ...repeated(
      extra,
      ({ key }) => key,
      (index) => `${mappings}.extra[${index}].key`,
    ),
    ...unverifiedAddress({ claimValidationRules, claimMappings }, `${mappings}.username.expression`),
    ...userValidationRules.flatMap(({ expression }, index) => {
      const at = `${userRules}[${index}].expression`;
      if (!expression) return [requiredField(at)];
      const fault = faultOf('user', expression, at, 'bool');
      return fault === undefined ? [] : [fault];
    }),
    ...repeated(
      userValidationRules,
      ({ expression }) => expression,
      (index) => `${userRules}[${index}].expression`,
    ),
  ];
}

function keyFaults(key: string, path: string): readonly FieldError[] {
  const domain = key.includes('/') ? key.split('/', 1)[0]! : '';
  return [
    ...prefixedPathErrors(key, path),
    ...(key === key.toLowerCase() ? [] : [invalidField(path, key, 'must be lowercase')]),
    ...(/(?:^|\.)(?:kubernetes|k8s)\.io$/.test(domain)
      ? [invalidField(path, key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use')]
      : []),
  ];
}

/** Whoever makes a name of an address has to ask somewhere whether it is verified. */
function unverifiedAddress(
  { claimValidationRules = [], claimMappings }: Pick<JwtAuthenticator, 'claimValidationRules' | 'claimMappings'>,
  path: string,
): readonly FieldError[] {
  const { username, extra = [] } = claimMappings ?? {};
  const { expression = '' } = username ?? {};
  const asking = [
    expression,
    ...extra.map(({ valueExpression = '' }) => valueExpression),
    ...claimValidationRules.map((rule) => rule.expression ?? ''),
  ];
  if (!readsClaim(expression, 'email') || asking.some((each) => readsClaim(each, 'email_verified'))) return [];
  return [
    invalidField(
      path,
      expression,
      'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression',
    ),
  ];
}

const readsClaim = (expression: string, claim: string): boolean =>
  new RegExp(`\\bclaims\\s*\\.\\s*\\??\\s*${claim}\\b`).test(expression);

function issuerFaults(
  { url = '', discoveryURL = '', audiences = [], audienceMatchPolicy = '', certificateAuthority = '' }: JwtIssuer,
  path: string,
  disallowedIssuers: readonly string[],
): readonly FieldError[] {
  const policyPath = `${path}.audienceMatchPolicy`;
  const bare = (text: string) => text.replace(/\/+$/, '');
  return [
    ...requiredErrors(url, `${path}.url`),
    ...(disallowedIssuers.includes(url)
      ? [
          invalidField(
            `${path}.url`,
            url,
            `URL must not overlap with disallowed issuers: [${[...disallowedIssuers].sort().join(' ')}]`,
          ),
        ]
      : []),
    ...(url === '' ? [] : urlFaults(url, `${path}.url`)),
    ...(url !== '' && discoveryURL !== '' && bare(url) === bare(discoveryURL)
      ? [invalidField(`${path}.discoveryURL`, discoveryURL, 'discoveryURL must be different from URL')]
      : []),
    ...(discoveryURL === '' ? [] : urlFaults(discoveryURL, `${path}.discoveryURL`)),
    ...(audiences.length === 0
      ? [requiredField(`${path}.audiences`, `at least one ${path}.audiences is required`)]
      : []),
    ...audiences.flatMap((audience, index) => requiredErrors(audience, `${path}.audiences[${index}]`)),
    ...repeated(
      audiences,
      (audience) => audience,
      (index) => `${path}.audiences[${index}]`,
    ),
    ...(audiences.length > 1 && audienceMatchPolicy !== 'MatchAny'
      ? [invalidField(policyPath, audienceMatchPolicy, 'audienceMatchPolicy must be MatchAny for multiple audiences')]
      : []),
    ...(audiences.length === 1 && audienceMatchPolicy !== '' && audienceMatchPolicy !== 'MatchAny'
      ? [
          invalidField(
            policyPath,
            audienceMatchPolicy,
            'audienceMatchPolicy must be empty or MatchAny for single audience',
          ),
        ]
      : []),
    ...(certificateAuthority !== '' && !certificateAuthority.includes('-----BEGIN CERTIFICATE-----')
      ? [
          invalidField(
            `${path}.certificateAuthority`,
            '<omitted>',
            'data does not contain any valid RSA or ECDSA certificates',
          ),
        ]
      : []),
  ];
}

function urlFaults(text: string, path: string): readonly FieldError[] {
  if (!URL.canParse(text)) return [invalidField(path, text, 'URL scheme must be https')];
  const { protocol, username, password, search, hash } = new URL(text);
  const faults = [
    ...(protocol === 'https:' ? [] : ['URL scheme must be https']),
    ...(username || password ? ['URL must not contain a username or password'] : []),
    ...(search ? ['URL must not contain a query'] : []),
    ...(hash ? ['URL must not contain a fragment'] : []),
  ];
  return faults.map((fault) => invalidField(path, text, fault));
}
