/** `meta/v1` Status in the notation of schemas, for its protobuf encoding. */
import { ListMeta } from '../meta/v1.js';
import { int32, list, object, ref, string } from '../schema/schema.js';

const cause = object({ reason: string(1), message: string(2), field: string(3) });

const details = object({
  name: string(1),
  group: string(2),
  kind: string(3),
  causes: list(cause, 4),
  retryAfterSeconds: int32(5),
  uid: string(6),
});

export const StatusSchema = object({
  metadata: ref<ListMeta>(ListMeta, 1),
  status: string(2),
  message: string(3),
  reason: string(4),
  details: ref(details, 5),
  code: int32(6),
});
