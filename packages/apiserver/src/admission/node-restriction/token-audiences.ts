/** For whom a node may have tokens of a pod's service account: for whom the pod itself or a driver of its volumes wants them. */
import type { TokenRequestSpec } from '@pintle/api/authentication/v1';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '@pintle/api/core/v1';
import type { CSIDriver } from '@pintle/api/storage/v1';
import { ephemeralClaimName } from '@pintle/api/volumes';
import { aggregateText, type KubernetesObject } from '@pintle/machinery';
import { type Access, mastersGroup } from '../../verbs/authorize.js';
import type { AdmissionRequest } from '../admission.js';

/** Errors: `StatusError` NotFound. */
export type FindObject = (
  apiVersion: string,
  plural: string,
  key: { readonly name: string; readonly namespace?: string },
) => Promise<KubernetesObject>;

/** Why the token may not be for whom it is asked; undefined: it may. Asks the authorizer of whoever the pod does not name. */
export async function audienceFault(
  { user, namespace, name }: AdmissionRequest,
  audiences: TokenRequestSpec['audiences'] | undefined,
  pod: Pod,
  { find, access }: { readonly find: FindObject; readonly access: Access },
): Promise<string | undefined> {
  // No audience is one, too: the API server.
  const [audience = '', ...more] = audiences ?? [];
  if (more.length > 0) return 'node may only request 0 or 1 audiences';
  const quoted = JSON.stringify(audience);
  const errors: string[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    try {
      if (isFor(volume, audience) || (await isForDriver(pod, volume, audience, find))) return undefined;
    } catch (error) {
      errors.push((error as Error).message);
    }
  }
  if (errors.length > 0) return `error validating audience ${quoted}: ${aggregateText(errors)}`;
  if (user.groups.includes(mastersGroup)) return undefined;
  const { decision } = await access.authorizer({
    type: 'resource',
    user,
    verb: 'request-serviceaccounts-token-audience',
    group: '',
    version: 'v1',
    resource: audience,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  });
  if (decision === 'allow') return undefined;
  return `audience ${quoted} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
}

const isFor = ({ projected }: Volume, audience: string): boolean =>
  (projected?.sources ?? []).some(
    ({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === audience,
  );

async function isForDriver(pod: Pod, volume: Volume, audience: string, find: FindObject): Promise<boolean> {
  const driver = await driverOf(pod, volume, find);
  if (!driver) return false;
  const { spec } = (await find('storage.k8s.io/v1', 'csidrivers', { name: driver })) as CSIDriver;
  return (spec.tokenRequests ?? []).some((wanted) => (wanted.audience ?? '') === audience);
}

async function driverOf(pod: Pod, volume: Volume, find: FindObject): Promise<string | undefined> {
  const claim = volume.ephemeral ? ephemeralClaimName(pod, volume) : volume.persistentVolumeClaim?.claimName;
  if (!claim) return volume.csi?.driver;
  const namespace = pod.metadata.namespace ?? '';
  const { spec } = (await find('v1', 'persistentvolumeclaims', { name: claim, namespace })) as PersistentVolumeClaim;
  const bound = (await find('v1', 'persistentvolumes', { name: spec?.volumeName ?? '' })) as PersistentVolume;
  return bound.spec?.csi?.driver;
}
