/** `meta/v1` Status in the notation of schemas, for its protobuf encoding and for the OpenAPI documents. */
import { ListMeta } from '../meta/v1.js';
import { int32, list, object, ref, Schema, string } from '../schema/schema.js';

const named = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;

const cause = object({ reason: string(1), message: string(2), field: string(3) }, named('StatusCause'));

const details = object(
  () => ({
    name: string(1),
    group: string(2),
    kind: string(3),
    causes: list(ref(cause), 4).atomic(),
    retryAfterSeconds: int32(5),
    uid: string(6),
  }),
  named('StatusDetails'),
);

export const StatusSchema = object(
  () => ({
    apiVersion: string(),
    kind: string(),
    metadata: ref<ListMeta>(ListMeta, 1).alwaysThere(),
    status: string(2),
    message: string(3),
    reason: string(4),
    // As upstream says of it, though it is no list.
    details: new Schema({ ...ref(details, 5).node, listType: 'atomic' }),
    code: int32(6),
  }),
  named('Status'),
);
