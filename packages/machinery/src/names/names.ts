/**
 * What names may look like (apimachinery `validation`). Each check returns what is wrong, in the words that
 * users know from Kubernetes; nothing for what is right.
 */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const qualifiedPart = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${subdomain}$`);
const dns1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedPattern = new RegExp(`^${qualifiedPart}$`);
const labelValuePattern = new RegExp(`^(${qualifiedPart})?$`);
const configKeyPattern = /^[-._a-zA-Z0-9]+$/;
const portNamePattern = /^[-a-z0-9]+$/;

export const maxLengthMessage = (length: number) => `must be no more than ${length} characters`;

function regexMessage(message: string, pattern: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  return `${message} (${examples.length > 0 ? `e.g. ${shown}, ` : ''}regex used for validation is '${pattern}')`;
}

/** At most 63 characters: lower-case letters, digits and `-` (RFC 1123 label). */
export function dns1123LabelErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(maxLengthMessage(63));
  if (!labelPattern.test(value)) {
    errors.push(
      subdomainPattern.test(value)
        ? 'must not contain dots'
        : regexMessage(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            label,
            'my-name',
            '123-abc',
          ),
    );
  }
  return errors;
}

/** At most 253 characters: labels joined by dots (RFC 1123 subdomain). */
export function dns1123SubdomainErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 253) errors.push(maxLengthMessage(253));
  if (!subdomainPattern.test(value)) {
    errors.push(
      regexMessage(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        subdomain,
        'example.com',
      ),
    );
  }
  return errors;
}

/** At most 63 characters, beginning with a letter (RFC 1035 label), as of a Service. */
export function dns1035LabelErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(maxLengthMessage(63));
  if (!dns1035Pattern.test(value)) {
    errors.push(
      regexMessage(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        '[a-z]([-a-z0-9]*[a-z0-9])?',
        'my-name',
        'abc-123',
      ),
    );
  }
  return errors;
}

const underscored = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoredSubdomainPattern = new RegExp(`^${underscored}(\\.${underscored})*$`);

/** As a subdomain, with `_` too: what resolvers search in. */
export function underscoredSubdomainErrors(value: string): readonly string[] {
  const errors: string[] = value.length > 253 ? [maxLengthMessage(253)] : [];
  if (!underscoredSubdomainPattern.test(value))
    errors.push(
      regexMessage(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        `${underscored}(\\.${underscored})*`,
        'example.com',
      ),
    );
  return errors;
}

const wildcardPattern = new RegExp(`^\\*\\.${subdomain}$`);

/** `*.` and a subdomain (RFC 1034, 4.3.3). */
export function wildcardSubdomainErrors(value: string): readonly string[] {
  const errors: string[] = value.length > 253 ? [maxLengthMessage(253)] : [];
  if (!wildcardPattern.test(value))
    errors.push(
      regexMessage(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        `\\*\\.${subdomain}`,
        '*.example.com',
      ),
    );
  return errors;
}

/** The name of a header of HTTP. */
export function httpHeaderNameErrors(value: string): readonly string[] {
  return /^[-A-Za-z0-9]+$/.test(value)
    ? []
    : [
        regexMessage(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          '[-A-Za-z0-9]+',
          'X-Header-Name',
        ),
      ];
}

/** What may stand as one segment of a path: names of roles, of kinds referred to. `prefix`: more follows. */
export function pathSegmentErrors(value: string, prefix = false): readonly string[] {
  if (!prefix && (value === '.' || value === '..')) return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

/** A key of labels and annotations: `name` or `prefix.example/name`. */
export function qualifiedNameErrors(value: string): readonly string[] {
  const parts = value.split('/');
  const errors: string[] = [];
  let name = parts[0]!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    name = parts[1]!;
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...dns1123SubdomainErrors(prefix).map((message) => `prefix part ${message}`));
  } else if (parts.length > 2) {
    return [
      regexMessage(
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        qualifiedPart,
        'MyName',
        'my.name',
        '123-abc',
      ).replace(/\)$/, ") with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"),
    ];
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${maxLengthMessage(63)}`);
  if (!qualifiedPattern.test(name)) {
    errors.push(
      `name part ${regexMessage("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", qualifiedPart, 'MyName', 'my.name', '123-abc')}`,
    );
  }
  return errors;
}

export function labelValueErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(maxLengthMessage(63));
  if (!labelValuePattern.test(value)) {
    errors.push(
      regexMessage(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        `(${qualifiedPart})?`,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  }
  return errors;
}

/** A key of a ConfigMap or Secret. */
export function configMapKeyErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 253) errors.push(maxLengthMessage(253));
  if (!configKeyPattern.test(value))
    errors.push(
      regexMessage(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        '[-._a-zA-Z0-9]+',
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  if (value === '.' || value === '..') errors.push(`must not be '${value}'`);
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** Since 1.30 any printable ASCII character but `=` may stand in the name of an environment variable. */
export function envVarNameErrors(value: string): readonly string[] {
  if (value === '') return ['environment variable name must not be empty'];
  return /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** The name of a container's port: an IANA service name. */
export function portNameErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 15) errors.push(maxLengthMessage(15));
  if (!portNamePattern.test(value))
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export function portNumberErrors(port: number): readonly string[] {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** An IPv4 or IPv6 address; no leading zeros. */
export function ipErrors(value: string): readonly string[] {
  return isIPv4(value) || isIPv6(value) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

export function isIPv4(value: string): boolean {
  const parts = value.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

export function isIPv6(value: string): boolean {
  if (!value.includes(':') || !/^[0-9a-fA-F:.]+$/.test(value)) return false;
  const halves = value.split('::');
  if (halves.length > 2) return false;
  const groupsOf = (half: string | undefined): number => {
    if (half === undefined || half === '') return 0;
    const parts = half.split(':');
    const last = parts.at(-1)!;
    const hexes = last.includes('.') ? parts.slice(0, -1) : parts;
    if (last.includes('.') && !isIPv4(last)) return Number.NaN;
    return hexes.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))
      ? hexes.length + (last.includes('.') ? 2 : 0)
      : Number.NaN;
  };
  const count = groupsOf(halves[0]) + groupsOf(halves[1]);
  return halves.length === 2 ? count <= 7 : count === 8;
}
