/** The whole table. */
import type { Group } from '../row.js';
import { accessGroup } from './access.js';
import { admission, podSecurity } from './admission.js';
import { aggregated } from './aggregated.js';
import { applying } from './applying.js';
import { auditedGroup } from './audited.js';
import { badInput } from './bad-input.js';
import { collections } from './collections.js';
import { converting } from './converting.js';
import { custom } from './custom.js';
import { customEnding, customNames, customRules } from './custom-names.js';
import { customVersions } from './custom-versions.js';
import { everyKind } from './every-kind.js';
import { expressionsGroup } from './expressions.js';
import { extending } from './extending.js';
import { flowsGroup } from './flows.js';
import { guarding } from './guarding.js';
import { hooked } from './hooked.js';
import { jsonPatches } from './json-patches.js';
import { lifecycle } from './lifecycle.js';
import { patched } from './patched.js';
import { podsGroup } from './pods.js';
import { policiesGroup } from './policies.js';
import { reading, selfDescription } from './reading.js';
import { serving } from './serving.js';
import { tokensGroup } from './tokens.js';
import { told } from './told.js';
import { watched } from './watched.js';
import { watching } from './watching.js';
import { wholeNumbers } from './whole-numbers.js';
import { servicesGroup, workloads } from './workloads.js';

export const groups: readonly Group[] = [
  ...[selfDescription, everyKind, reading, watching, accessGroup, badInput, podsGroup, servicesGroup],
  ...[
    workloads,
    admission,
    podSecurity,
    custom,
    customNames,
    customVersions,
    converting,
    customEnding,
    customRules,
    extending,
    applying,
    patched,
    collections,
    guarding,
    expressionsGroup,
    hooked,
    jsonPatches,
    serving,
    lifecycle,
    policiesGroup,
    aggregated,
    tokensGroup,
    told,
    auditedGroup,
    flowsGroup,
    watched,
    wholeNumbers,
  ],
];
