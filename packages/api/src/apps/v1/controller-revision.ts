/** Part of `apps/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { any, defineKind, type Infer, int64 } from '@pintle/machinery';

export const ControllerRevision = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  name: 'io.k8s.api.apps.v1.ControllerRevision',
  fields: {
    data: any(2).atomic(),
    revision: int64(3).required(),
  },
});
export interface ControllerRevision extends Infer<typeof ControllerRevision> {}
