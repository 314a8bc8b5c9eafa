/** DeleteOptions as clients send them, in a body or in a query: read and checked. What they come to is for `planDelete`. */
import type { DeleteRequest } from '@pintle/client';
import {
  apiVersionOf,
  badRequest,
  compileNormalizer,
  decoderWords,
  type FieldError,
  invalid,
  invalidField,
  notSupportedField,
  DeleteOptions as Schema,
} from '@pintle/machinery';
import { typeMetaFault, typeMetaOf } from './type-meta.js';

/** The deprecated way to say a propagation policy is kept beside it. */
export type DeleteOptions = DeleteRequest & { readonly orphanDependents?: boolean };

/** Of the types that they are to be of, and no more looked at. */
export interface SentDeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

const normalizer = compileNormalizer(Schema.node, { mode: 'served' });

/** A body's, whatever the group and version that it says. Errors: `StatusError` BadRequest, where upstream has an error of its own. */
export function decodedDeleteOptions(body: unknown): SentDeleteOptions {
  if (body === undefined || body === null) return {};
  const fault = typeMetaFault(body);
  if (fault !== undefined || typeof body !== 'object') throw badRequest(fault ?? '');
  const { kind, ...said } = typeMetaOf(body);
  if (kind !== '' && kind !== 'DeleteOptions') throw badRequest(whyNone(kind, apiVersionOf(said) || 'meta.k8s.io/v1'));
  const { value, errors } = normalizer(body);
  if (errors.length > 0) throw badRequest(decoderWords(Schema.node, 'DeleteOptions', errors));
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    ...options
  } = value as SentDeleteOptions & Readonly<Record<'apiVersion' | 'kind', unknown>>;
  return options;
}

/** Kinds that there are in every group and version. */
const everywhere = ['Status', 'APIVersions', 'APIGroupList', 'APIGroup', 'APIResourceList'];

/** And in the group of all metadata. */
const ofRequests = ['ListOptions', 'GetOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions'];

const whyNone = (kind: string, apiVersion: string): string =>
  everywhere.includes(kind) || (apiVersion === 'meta.k8s.io/v1' && ofRequests.includes(kind))
    ? `converting (v1.${kind}) to (v1.DeleteOptions): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;

const policies = ['Foreground', 'Background', 'Orphan'] as const;

/** Errors: `StatusError` Invalid (apimachinery `ValidateDeleteOptions`). */
export function checkedDeleteOptions(sent: SentDeleteOptions): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun = [] } = sent;
  const policy = policies.find((known) => known === propagationPolicy);
  const faults: FieldError[] = [];
  if (orphanDependents !== undefined && propagationPolicy !== undefined)
    faults.push(
      invalidField(
        'propagationPolicy',
        propagationPolicy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  if (propagationPolicy !== undefined && policy === undefined)
    faults.push(notSupportedField('propagationPolicy', propagationPolicy, [...policies, 'nil']));
  if (dryRun.some((value) => value !== 'All')) faults.push(notSupportedField('dryRun', dryRun, ['All']));
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  const chosen = policy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(chosen === undefined ? {} : { propagationPolicy: chosen }),
    ...(preconditions === undefined ? {} : { preconditions }),
    ...(dryRun.length === 0 ? {} : { dryRun: true }),
  };
}
