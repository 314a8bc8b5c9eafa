/** Reviews: questions that are answered and not stored (authorization.k8s.io, authentication.k8s.io). */
import { badRequest, type KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import { type Access, mastersGroup } from './authorize.js';

interface ReviewSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly namespace?: string;
  readonly resourceAttributes?: {
    readonly verb?: string;
    readonly group?: string;
    readonly version?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly nonResourceAttributes?: { readonly verb?: string; readonly path?: string };
}

export type Review = (
  context: RequestContext,
  body: KubernetesObject,
  namespace: string | undefined,
) => Promise<KubernetesObject>;

/** The review of a kind, by `group/plural`; undefined where it is no review. */
export function reviews(access: Access): (resource: Resource) => Review | undefined {
  const allowed = async (user: UserInfo, { resourceAttributes, nonResourceAttributes }: ReviewSpec) => {
    if (user.groups.includes(mastersGroup)) return { allowed: true };
    if (resourceAttributes === undefined && nonResourceAttributes === undefined)
      throw badRequest('spec: exactly one of resourceAttributes and nonResourceAttributes must be given');
    const { decision, reason } = await access.authorizer(
      nonResourceAttributes !== undefined
        ? { type: 'path', user, verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' }
        : {
            type: 'resource',
            user,
            verb: resourceAttributes?.verb ?? '',
            group: resourceAttributes?.group ?? '',
            version: resourceAttributes?.version ?? '',
            resource: resourceAttributes?.resource ?? '',
            ...(resourceAttributes?.subresource ? { subresource: resourceAttributes.subresource } : {}),
            ...(resourceAttributes?.namespace ? { namespace: resourceAttributes.namespace } : {}),
            ...(resourceAttributes?.name ? { name: resourceAttributes.name } : {}),
          },
    );
    return {
      allowed: decision === 'allow',
      ...(decision === 'deny' ? { denied: true } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
  };
  const specOf = (body: KubernetesObject) =>
    ((body as KubernetesObject & { spec?: ReviewSpec }).spec ?? {}) as ReviewSpec;
  const ofSelf: Review = async ({ user }, body) =>
    ({ ...body, status: await allowed(user, specOf(body)) }) as KubernetesObject;
  const ofOther: Review = async (_context, body, namespace) => {
    const spec = specOf(body);
    const asked =
      namespace === undefined || spec.resourceAttributes === undefined
        ? spec
        : { ...spec, resourceAttributes: { ...spec.resourceAttributes, namespace } };
    return {
      ...body,
      status: await allowed({ name: spec.user ?? '', groups: spec.groups ?? [] }, asked),
    } as KubernetesObject;
  };
  const whoAmI: Review = async ({ user }, body) =>
    ({
      ...body,
      status: {
        userInfo: { username: user.name, groups: user.groups, ...(user.uid === undefined ? {} : { uid: user.uid }) },
      },
    }) as KubernetesObject;
  const known: Readonly<Record<string, Review>> = {
    'authorization.k8s.io/selfsubjectaccessreviews': ofSelf,
    'authorization.k8s.io/subjectaccessreviews': ofOther,
    'authorization.k8s.io/localsubjectaccessreviews': ofOther,
    'authentication.k8s.io/selfsubjectreviews': whoAmI,
  };
  return ({ kind }) => known[`${kind.group}/${kind.plural}`];
}
