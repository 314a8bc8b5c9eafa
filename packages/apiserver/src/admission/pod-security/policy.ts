/** The Pod Security levels that a namespace asks for by its labels. Pure. */
import { type FieldError, invalidField } from '@pintle/machinery';

export type Level = 'privileged' | 'baseline' | 'restricted';

/** The minor version of Kubernetes whose standards are meant; infinite: the latest. */
export type PolicyVersion = number;

export interface LevelVersion {
  readonly level: Level;
  readonly version: PolicyVersion;
}

export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

export interface ParsedPolicy {
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
}

/** From lenient to strict. */
const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const latest: PolicyVersion = Number.POSITIVE_INFINITY;
const unrestricted: LevelVersion = { level: 'privileged', version: latest };
const prefix = 'pod-security.kubernetes.io/';

export const isStricter = (a: Level, b: Level): boolean => levels.indexOf(a) > levels.indexOf(b);

/** As `restricted:latest` or `baseline:v1.24`. */
export const formatLevelVersion = ({ level, version }: LevelVersion): string =>
  `${level}:${version === latest ? 'latest' : `v1.${version}`}`;

export const sameLevelVersion = (a: LevelVersion, b: LevelVersion): boolean =>
  a.level === b.level && a.version === b.version;

export const noPolicy: Policy = { enforce: unrestricted, audit: unrestricted, warn: unrestricted };

/**
 * There is always a policy: what cannot be read is enforced at its strictest, and neither audited nor warned of. A
 * namespace that enforces without a word on warnings also warns, for the workloads whose pods would be refused later.
 */
export function policyOf(labels: Readonly<Record<string, string>> = {}, defaults: Policy = noPolicy): ParsedPolicy {
  const errors: FieldError[] = [];
  const read = (
    mode: keyof Policy,
    otherwise: Level,
  ): LevelVersion & { readonly said: boolean; readonly valid: boolean } => {
    const levelLabel = `${prefix}${mode}`;
    const [level, version] = [labels[levelLabel], labels[`${levelLabel}-version`]];
    const valid = level !== undefined && (levels as readonly string[]).includes(level);
    if (level !== undefined && !valid)
      errors.push(invalidField(`metadata.labels[${levelLabel}]`, level, `must be one of ${levels.join(', ')}`));
    const minor = parseVersion(version);
    if (version !== undefined && minor === undefined)
      errors.push(invalidField(`metadata.labels[${levelLabel}-version]`, version, 'must be "latest" or "v1.x"'));
    return {
      level: level === undefined ? defaults[mode].level : valid ? (level as Level) : otherwise,
      version: version === undefined ? defaults[mode].version : (minor ?? latest),
      said: level !== undefined,
      valid,
    };
  };
  const enforce = read('enforce', 'restricted');
  const audit = read('audit', 'privileged');
  const warn = read('warn', 'privileged');
  const follows = !warn.said && enforce.valid && isStricter(enforce.level, warn.level);
  const warnVersion = labels[`${prefix}warn-version`] === undefined ? enforce.version : warn.version;
  return {
    policy: {
      enforce: only(enforce),
      audit: only(audit),
      warn: follows ? { level: enforce.level, version: warnVersion } : only(warn),
    },
    errors,
  };
}

const only = ({ level, version }: LevelVersion): LevelVersion =>
  level === 'privileged' && version === latest ? unrestricted : { level, version };

function parseVersion(text: string | undefined): PolicyVersion | undefined {
  if (text === undefined || text === 'latest') return latest;
  const match = /^v1\.(\d|[1-9]\d*)$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
