/** Differences that are known and stay: of the version, or on purpose. Each is told with the rows that it explains. */
import type { Known } from './known-difference.js';
import { knownOfWatched } from './known-metrics.js';
import type { Normal } from './normalize.js';

/** What Go writes even where it is empty, and knows from what nobody spoke of. */
const emptyOnes = '(apiGroup|devices|drivers|endpoints|limits|requests|rules)';

/** What a refusal says is wrong. */
const sortedWarnings = ({ warning = '' }: Normal['headers']): string => warning.split(' | ').toSorted().join();

const causesOf = ({ body }: Normal) =>
  (body as { readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] } })
    ?.details?.causes ?? [];

const leadingZeros = /^Invalid value: "0\d+\.[\d.]+": must (be a valid IP address|not have leading 0s)/;

export const known: readonly Known[] = [
  ...knownOfWatched,
  {
    why: 'deliberate',
    words: 'a list that has to be there is empty where nobody spoke of it',
    line: /: null \| \[\]$/,
  },
  {
    why: 'deliberate',
    words: 'that there are no more pages, and no object in a row, is told by nothing',
    line: /(metadata\.continue: ""|rows\[\d+\]\.object: null) \| absent$/,
  },
  {
    why: 'deliberate',
    words: 'and is told what it lacks, what it asks for without being somebody, or which option is none',
    row: /^(every-kind › v1 Service: no name|access › a user acts as nobody|guarding › (as|ann as) an? \w+ alone|watching › of a version that is none|fuzz › watching: watch$|collections › a bad version|bad-input › a delete with grace that is text)/,
    answers: ({ status, body }, actual) =>
      (status === 500 || (Array.isArray(body) && body[0]?.code === 500)) && actual.status < 500,
  },
  {
    why: 'deliberate',
    words: 'and that is what is noted',
    row: /^audited › watched badly$/,
    line: /response(Status|Object)\./,
  },
  {
    why: 'deliberate',
    words: 'a version that is none is another one than that of the object',
    line: /strconv\.ParseUint: parsing .*: invalid syntax" \| .*the object has been modified/,
  },
  {
    why: 'deliberate',
    words: 'and what is wrong with what is new is told before that',
    row: /^fuzz › \w+: apply$/,
    answers: ({ status, body }, actual) =>
      status === 500 && actual.status === 422 && /strconv.ParseUint: parsing/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'the columns of Tables are described in words of our own, or in none',
    line: /columnDefinitions\[\d+\]\.(description|format): /,
  },
  {
    why: 'deliberate',
    words: 'a request that kube-apiserver answers with 500 where the client is at fault is refused with a 4xx',
    line: /^(status|headers\.warning|cause|body\.(code|reason|details(\.\w+)?)): /,
    answers: ({ status }, actual) => status === 500 && actual.status >= 400 && actual.status < 500,
  },
  {
    why: 'deliberate',
    words: 'messages about a spec as a whole do not go on with a difference of Go structures',
    line: /(message: ".*|causes\[\d+\]\.message: "Forbidden: .*)(\\n@@ |may not change fields other than)/,
  },
  {
    why: 'deliberate',
    words: 'webhooks are shown a request for a token before the server fills it in',
    row: /^hooked › a token is told of$/,
    line: /message: /,
  },
  {
    why: 'deliberate',
    words:
      'a deletion that takes the last finalizer away is done in the version that the object has, and tried dry as any',
    row: /^fuzz › deleting: /,
    answers: ({ status, body }, actual) =>
      actual.status === 200 &&
      (status === 409
        ? /in precondition: , ResourceVersion in object meta/.test(JSON.stringify(body))
        : (body as { readonly metadata?: { readonly uid?: string } }).metadata?.uid === undefined &&
          (actual.body as { readonly kind?: string }).kind === 'Status'),
  },
  {
    why: 'deliberate',
    words: 'who says when a range was deleted is not told to own that',
    row: /^fuzz › ServiceCIDR: /,
    line: /managedFields.*f:metadata.*f:deletionTimestamp.*\| absent$/,
  },
  {
    why: 'deliberate',
    words: 'a list that is stored empty is empty, where kube-apiserver has none when it reads it back',
    row: /^fuzz › CSINode: strategic$/,
    answers: (expected, actual) =>
      /declared merge key/.test(JSON.stringify(actual.body)) ||
      causesOf(expected).some(({ field }) => /^spec\.drivers\[\d+\]/.test(field)),
  },
  {
    why: 'deliberate',
    words: 'and a JSON patch adds to it there',
    row: /^fuzz › (CSINode|LimitRange): jsonPatch$/,
    answers: ({ body }) => /"message":"the server rejected our request/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'an empty map, list or text that Go leaves out says nothing, so that nothing has changed by it',
    row: /^fuzz › (ConfigMap|EndpointSlice|StorageClass|NetworkPolicy|\w+WebhookConfiguration): /,
    line: /^status: 422 \| 200$|cause: (binaryData|parameters): FieldValueForbidden: .* \| absent$|metadata\.(generation: \d+ \| \d+|resourceVersion: "<another revision>" \| "<revision as before>")$/,
    answers: ({ body }, actual) =>
      actual.status === 200 &&
      (causesOf({ status: 0, headers: {}, body }).length === 0 ||
        causesOf({ status: 0, headers: {}, body }).every(({ message }) =>
          /field is immutable when|updates to parameters are forbidden/.test(message),
        )),
  },
  {
    why: 'newer',
    words: '1.34 counts one as one: item, byte',
    line: /(Too many: |Too long: ).*\b1 (item|byte)"/,
  },
  {
    why: 'newer',
    words: '1.34 does not look again at the name of a Service that is there, nor at what it would begin with',
    row: /^fuzz › Service: (?!create|made)/,
    line: /^cause: absent \| metadata\.generateName: FieldValueInvalid: |^status: 200 \| 422$/,
    answers: (_expected, actual) => causesOf(actual).every(({ field }) => field === 'metadata.generateName'),
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver fills its cache of a version that cannot be converted to for ever',
    row: /^hooked › .*: they are listed in it$/,
    answers: ({ status }, actual) => status === 429 && actual.status === 500,
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver begins the storage of a kind with the first request for it',
    row: /^custom-(names|ending) › its storage begins/,
    answers: ({ status }, actual) => status === 429 && actual.status === 200,
  },
  {
    why: 'deliberate',
    words: 'the API server keeps the status of policies itself, and not kube-controller-manager',
    row: /AdmissionPolicy|polic/i,
    line: /(status\.(observedGeneration|typeChecking)|managedFields\[|resourceVersion)/,
  },
  {
    why: 'newer',
    words: 'what an owner lacks is told without its name',
    line: /"Invalid value: \\"\\": must not be empty" \| "Invalid value: \\"\\": (kind|name|uid) must not be empty"/,
  },
  {
    why: 'newer',
    words: '1.34 shows bad values as JSON in messages, where 1.33 shows them as Go does',
    line: /(message: ".*(Invalid|Unsupported|Duplicate) value: (\[|\{|0:|null|\\"\\\\x)|\[\]string\{|\[\]byte\{|0x0)/,
  },
  {
    why: 'newer',
    words: '1.34 tells what is wrong with a field without its name',
    line: /": must (not contain line breaks|be (a valid CEL identifier|non-empty if specified|a valid path))" \| .*": (name is not a valid CEL identifier|(message|fieldPath) must )/,
  },
  {
    why: 'newer',
    words: '1.34 leaves out times of creation that are null, and nobody owns them',
    line: /creationTimestamp: absent \| (null|\{\})$|absent \| \S+\.creationTimestamp: FieldManagerConflict|managedFields\[\d+\]: absent \| .*"f:metadata":\{"f:creationTimestamp":\{\}\}+$|template\.f:metadata: absent \| \{"f:creationTimestamp":\{\}\}$|volumeClaimTemplate\.f:metadata\.\.: absent \| \{\}$/,
  },
  {
    why: 'newer',
    words: '1.34 tells that versions are deprecated in 1.34',
    line: /^headers\.warning: .*(deprecated in v1\.3[4-9]\+|removed in v1\.3[4-9])/,
  },
  {
    why: 'newer',
    words: 'resource.k8s.io/v1 and admissionregistration.k8s.io/v1beta1 of 1.34 cannot be left out',
    row: /^self › /,
    line: /resource\.k8s\.io|groups\[18\]|mutatingadmissionpolic|versions\[\d\]\.(groupVersion|version)|preferredVersion|items\[1[28]\]\.versions\[[12]\]/,
  },
  {
    why: 'newer',
    words: 'and so the others of the group come after that',
    row: /^(aggregated › the groups in a new order|serving › the path \/(apis\/|api\/\.\.\/apis))$/,
    line: /resource\.k8s\.io|[vV]ersion: "v1(beta2)?" \| "v1beta[12]"$/,
  },
  {
    why: 'newer',
    words: '1.34 tells of the escaping of metrics',
    line: /escaping=underscores/,
  },
  {
    why: 'newer',
    words:
      '1.34 asks for the group of what is scaled, judges the pods of StatefulSets, and protects classes of attributes',
    row: /HorizontalPodAutoscaler|StatefulSet|VolumeAttributesClass/,
    line: /apiVersion must specify API group|unexpected GroupVersion string|finalizers: \["kubernetes\.io\/vac-protection"\]|metadata\.finalizers\[\d+\]: FieldValueInvalid: |^body\.details\.causes\[\d\]: \{"reason":"FieldValueRequired","message":"Required value","field":"spec\.template\.spec\.containers"\} \| absent$/,
  },
  {
    why: 'newer',
    words: '1.34 judges the pods and claims of StatefulSets as those of others',
    row: /^fuzz › StatefulSet/,
    line: /^cause: spec\.(template\.spec\b|volumeClaimTemplates\[\d+\]).* \| absent$|containers\[\d+\]\.restartPolicy: absent \| /,
  },
  {
    why: 'newer',
    words: 'and refuses those, and what scales something of no group, for nothing else',
    row: /^fuzz › (HorizontalPodAutoscaler|StatefulSet)/,
    line: /^status: 422 \| 20[01]$/,
    answers: (expected) =>
      causesOf(expected).every(
        ({ field, message }) =>
          /^spec\.(template\.spec|volumeClaimTemplates)\b/.test(field) ||
          /must specify API group|unexpected GroupVersion string/.test(message),
      ),
  },
  {
    why: 'newer',
    words: '1.34 tells a bad name of an attribute as what is invalid, where 1.33 speaks of its type',
    line: /FieldValue(Type)?Invalid: "Invalid value: .*a valid C identifier must start with/,
  },
  {
    why: 'deliberate',
    words: 'tokens of pages that this server has not made are refused in words of our own',
    line: /invalid continue token: continue key is not valid/,
  },
  {
    why: 'deliberate',
    words: 'an endpoint may be on the loopback',
    line: /may not be in the loopback range|^status: 422 \| 20[01]$/,
    answers: (expected, actual) =>
      actual.status === 422 ||
      causesOf(expected).every(({ message }) => /may not be in the loopback range/.test(message)),
  },
  {
    why: 'deliberate',
    words: 'addresses with leading zeros, which kube-apiserver lets old fields have, are none',
    line: /Invalid value: \\"0\d+\.[\d.]+\\": must (be a valid IP address|not have leading 0s)|^status: 20[01] \| 422$/,
    answers: (expected, actual) =>
      expected.status >= 400 || causesOf(actual).every(({ message }) => leadingZeros.test(message)),
  },
  {
    why: 'deliberate',
    words: 'items of a set keep their last digits in managed fields that are read again',
    row: /^wholes › /,
    line: /\.fieldsV1\..*\.v:-?\d{16,}: /,
  },
  {
    why: 'deliberate',
    words: 'what has items without their keys in a status that is not taken over is accounted for',
    row: /^fuzz › (FlowSchema|PriorityLevelConfiguration|ResourceClaim): (?!create)/,
    line: /^body\.(rows\[0\]\.object\.)?metadata\.(managedFields: absent \| |resourceVersion: "<another revision>" \| "<revision as before>"$)/,
    answers: ({ body }) => !/"managedFields"/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'and so it is known who wrote before the next apply',
    row: /^fuzz › (FlowSchema|PriorityLevelConfiguration|ResourceClaim): (apply|update|get)/,
    line: /metadata\.(managedFields\[\d\]\.(manager|operation|apiVersion|fieldsV1|time)|resourceVersion)/,
    answers: ({ body }) => /"before-first-apply"/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'who wrote the metadata of a template is told by nobody, and may be told in any form',
    row: /^fuzz › /,
    line: /^body\.((items|rows)\[\d+\]\.(object\.)?)?metadata\.managedFields: absent \| /,
    answers: (_expected, actual) =>
      /"f:managedFields"|"managedFields":\[[^\]]*"fieldsV1":[^{]/.test(JSON.stringify(actual.body)),
  },
  {
    why: 'deliberate',
    words: 'what has items that cannot be told apart, or managed fields within it that are none, is applied, too',
    row: /^fuzz › /,
    answers: ({ status, body }) =>
      status === 500 &&
      /template\.metadata\.managedFields\[\d+\]\.fieldsV1: expected map|failed to convert new object .* omits all key fields/.test(
        JSON.stringify(body),
      ),
  },
  {
    why: 'deliberate',
    words: 'what kube-apiserver breaks off at, as a name of an item that is no text, is refused',
    row: /^fuzz › /,
    answers: ({ status }, actual) => status === 0 && actual.status >= 400 && actual.status < 500,
  },
  {
    why: 'deliberate',
    words: 'who makes an object by a put says as little of its deletion as who makes it by a post',
    row: /^fuzz › (Event|Lease|LeaseCandidate|Endpoints|Service|.*Role.*|RuntimeClass|LimitRange|EndpointSlice): PUT$/,
    line: /metadata\.(deletion(GracePeriodSeconds|Timestamp)|selfLink): |"f:deletion(GracePeriodSeconds|Timestamp)"/,
  },
  {
    why: 'deliberate',
    words: 'bytes that are no UTF-8 are told as the sign that stands for those',
    row: /^fuzz › /,
    line: /\\\\(x[0-9a-f]{2}|ufffd)/,
  },
  {
    why: 'deliberate',
    words: 'the status of a Service that is not there makes none, which would have no address',
    row: /^fuzz › .*status|^fuzz › Service: /,
    answers: ({ status, body }, actual) =>
      actual.status === 404 && (status === 201 || status === 422) && /"Service"/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'fields that a JSON patch brings, and nobody knows, are warned of in the order of their names',
    row: /^fuzz › .*: json/,
    line: /^headers\.warning: /,
    answers: ({ headers }, actual) => sortedWarnings(headers) === sortedWarnings(actual.headers),
  },
  {
    why: 'newer',
    words: '1.34 tells who puts what is not there that it is not there, whatever its uid',
    row: /^fuzz › /,
    answers: (expected, actual) =>
      expected.status === 404 && actual.status === 409 && /UID in object meta: "/.test(JSON.stringify(actual.body)),
  },
  {
    why: 'deliberate',
    words: 'and an order of no items, which it breaks off at where there are some, orders none',
    row: /^fuzz › .*: strategic/,
    answers: ({ status }, actual) => status === 0 && actual.status === 200,
  },
  {
    why: 'deliberate',
    words: 'of the schema of a definition is not told again that selectable fields stand beside it',
    row: /^fuzz › CustomResourceDefinition: /,
    line: /schema\.openAPIV3Schema: FieldValueInvalid: "Invalid value: \\"\\": OpenAPIV3Schema '.*' is not supported" \| absent$/,
  },
  {
    why: 'newer',
    words: '1.34 says of conditions that something lacks, and no more',
    line: /conditions\[\d+\]\..*"Required value" \| "Required value: must (be set|not be empty)"$/,
  },
  {
    why: 'newer',
    words: '1.34 tells the field of what is no time',
    line: /Go struct field \S+ of type (string|int32)(" \|).*into Go value of type \1"$/,
  },
  {
    why: 'deliberate',
    words: 'of Go’s names of types of texts nothing is told',
    line: /of type map\[v1beta\d\.QualifiedName\]|(into Go struct field \S+ of type|cannot convert \w+ to) (\[\]|map\[string\])?(v1|v2|v1beta1|v1beta2|v1alpha1|types|intstr)\.\w+"? \|.* (\[\]|map\[string\]\[\])?string"$/,
  },
  {
    why: 'newer',
    words: '1.34 drops rules of restarts that it has only since, and refuses none',
    line: /absent \| spec: FieldValueForbidden: .*pod updates may not change|absent \| .*ontainers\[\d+\]\.restartPolicy: .*(may not be set for non-init containers|cannot be set for an Ephemeral Container|FieldValueNotSupported)|^status: 20[01] \| 422$/,
    answers: (expected, actual) =>
      actual.status === 422 &&
      /ontainers\[\d+\]\.restartPolicy"/.test(JSON.stringify(actual.body)) &&
      (expected.status >= 400 ||
        causesOf(actual).every(({ field }) => /ontainers\[\d+\]\.restartPolicy$|^spec$/.test(field))),
  },
  {
    why: 'newer',
    words: '1.34 tells of parameters of devices, and of sizes that are being changed, in other words',
    line: /must be a valid JSON object" \| .*parameters must be|status\.allocatedResourceStatus(es)?\b/,
  },
  {
    why: 'newer',
    words: '1.34 lets no pod with users of its own have devices of volumes',
    line: /volumeDevices: FieldValueForbidden: "Forbidden: when `hostUsers` is false" \| absent$/,
  },
  {
    why: 'newer',
    words: '1.34 has other words for what may not be where, and of the system of a pod',
    line: /"(Forbidden: when `hostUsers` is false|Required value)" \| "(Forbidden: when `pod\.Spec\.HostUsers` is false|Required value: cannot be empty)"$|selectableFields: FieldValueInvalid: .*may only be set when|selectableFields\.message: ".*" \| "Invalid value: \\"\\": selectableFields may only/,
  },
  {
    why: 'newer',
    words: '1.34 lets a claim name no class of attributes any more',
    line: /spec\.volumeAttributesClassName: FieldValueForbidden: "Forbidden: update from non-nil value to nil is forbidden"$/,
    row: /^fuzz › PersistentVolumeClaim: /,
  },
  {
    why: 'newer',
    words: '1.34 has other words for the level that is exempt',
    row: /a level exempt|^fuzz › PriorityLevelConfiguration: /,
    line: /if and only if `name`/,
  },
  {
    why: 'newer',
    words: '1.34 tells that a schema and a Service’s name lack where 1.33 tells what',
    row: /no schema$|of a bad service$|CustomResourceDefinition: |WebhookConfiguration: /,
    line: /Required value" \| ".*Required value: \w/,
  },
  {
    why: 'newer',
    words: '1.34 tells that an object within an object lacks what 1.33 tells must not be empty',
    row: /^(fuzz › )?custom\b|^extending › .*of a template without a kind$/,
    line: /Required value" \| ".*Required value: must not be empty"$/,
  },
  {
    why: 'deliberate',
    words: 'the ages of IPAddresses, which kube-apiserver tells without a column for them, are not told',
    row: /IPAddress: (get|list) as table$|^fuzz › (read: .*\/ipaddresses\b|IPAddress: )/,
    line: /rows\[\d+\]\.cells\[2\]: "[\w<>]+" \| absent$/,
  },
  {
    why: 'deliberate',
    words:
      'an empty list that has to be there is as one that nobody spoke of, so that nobody owns it, nor an empty group',
    line: new RegExp(
      `fieldsV1\\..*(f:${emptyOnes}(\\.\\.)?: \\{\\}|f:\\w+: \\{("f:\\w+":\\{)*"f:${emptyOnes}":\\{\\}\\}*) \\| absent$|` +
        `managedFields: \\[.*"f:${emptyOnes}":\\{\\}\\}+\\] \\| absent$|` +
        // Nor does it take them from who said so, where another applies them.
        '(managedFields: absent \\| \\[.*|f:spec: absent \\| )\\{"f:drivers":\\{\\}\\}',
    ),
  },
  {
    why: 'deliberate',
    words: 'what is dropped, as nothing reads it here, makes no new generation of a slice',
    row: /^fuzz › ResourceSlice/,
    line: /metadata\.(generation: \d+ \| \d+|resourceVersion: "<another revision>" \| "<revision as before>")$/,
  },
  {
    why: 'deliberate',
    words: 'whole numbers of amounts do not begin again below zero where 64 bits end',
    row: /^fuzz › /,
    line: /Invalid value: -9223372036854775808\b/,
  },
  {
    why: 'deliberate',
    words: 'and so nothing else is wrong with them',
    row: /^fuzz › /,
    line: /^status: 422 \| 20[01]$/,
    answers: (expected) => causesOf(expected).every(({ message }) => message.includes(' -9223372036854775808')),
  },
  {
    why: 'deliberate',
    words: 'what is no YAML is told of in the words of what reads it here',
    row: /^fuzz › /,
    line: /"yaml: line \d+: .*" \| "the body is not YAML/,
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver takes candidates away that nobody renews',
    row: /^fuzz › (LeaseCandidate: |read: .*\/leasecandidates\b)/,
    answers: ({ status, body }, actual) =>
      status === 404 || (status === 201 && actual.status !== 201) || (body as { items?: unknown }).items === null,
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver tells in Events what its own controllers repair',
    row: /^fuzz › read: .*\/events/,
    answers: ({ body }) => /ipallocator-repair-controller/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'Events are read past the cache of kube-apiserver, which says in other words that a version is none',
    row: /^fuzz › (read: .*\/events\/|watching: (list|watch)$)/,
    line: /"invalid resource version: (resourceVersion: .*)" \| "\1"$/,
  },
  {
    why: 'surroundings',
    words: 'between two answers a second goes by',
    row: /^fuzz › read/,
    line: /cells\[\d+\]: "(<age>|\d+s)" \| "(<age>|\d+s)"$/,
  },
  {
    why: 'deliberate',
    words: 'requests for certificates tell whose their fields are, and nobody’s is the status of a range',
    row: /^(self › service ranges|admission › (a request|approve it|it is approved|as table))/,
    line: /managedFields(\[1\])?: /,
  },
  {
    why: 'deliberate',
    words: 'the bookmark of a first state is a Table without rows',
    row: /with all first, as table$|^fuzz › watching: watch$/,
    line: /rows\[0\]/,
  },
  {
    why: 'deliberate',
    words: 'and where nobody owns anything, an apply tells that it was there before',
    row: /(LimitRange|CSINode): (apply|delete)/,
    line: /before-first-apply/,
  },
  {
    why: 'deliberate',
    words: 'a Scale tells that there are to be none',
    row: /^fuzz › (parts|custom): /,
    line: /^body\.(spec\.replicas: absent|rows\[0\]\.cells\[1\]: null) \| 0$/,
  },
  {
    why: 'deliberate',
    words: 'a Scale is applied to a custom object, which kube-apiserver cannot convert',
    row: /^fuzz › custom: apply\/scale$/,
    answers: ({ status, body }) =>
      status === 500 && /failed to (convert new object|create typed patch object)/.test(JSON.stringify(body)),
  },
  {
    why: 'newer',
    words: '1.34 tells the uid of the account in a request for its token, and warns of another one',
    row: /^(admission › a token|fuzz › parts: token create$|tokens › )/,
    line: /^body\.metadata\.(uid: ".*" \| absent|resourceVersion: ".*" \| "<revision>")$|^headers\.warning: ".*the UID in the token request \(/,
  },
  {
    why: 'newer',
    words: '1.34 does not find what is not there, whichever was meant',
    row: /^fuzz › (?!objects)/,
    answers: ({ status }, actual) =>
      status === 404 &&
      actual.status === 409 &&
      / UID in object meta: $/.test(String((actual.body as { message?: unknown }).message)),
  },
  {
    why: 'deliberate',
    words: 'of a Scale that is applied the status says nothing',
    row: /^fuzz › parts: scale apply$/,
    answers: ({ body }) => /conflicts? with [^,]*before-first-apply.*\.status\./s.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'a bookmark is of its version alone, without what Go writes of an empty object',
    row: /^fuzz › watching: watch$/,
    line: /^body\[\d+\]\.object\.(spec|status|involvedObject|source|regarding|deprecatedSource|reportingComponent|reportingInstance): (""|\{"containers":null\}|\{\}|\{"loadBalancer":\{\}\}|\{"replicas":0,.*"containers":null.*) \| absent$/,
  },
  {
    why: 'surroundings',
    words: 'how soon a bookmark follows the one of a first state is nobody’s to rely on',
    row: /^fuzz › watching: watch$/,
    line: /^body\[\d+\]: \{"type":"BOOKMARK","object":(?!.*initial-events-end).* \| absent$/,
  },
  {
    why: 'deliberate',
    words: 'metadata alone tells of the annotation that DaemonSets have for older clients',
    row: /DaemonSet: ((get|list) (as table|metadata)|create|update|status|patch|apply)|^fuzz › (read: .*\/daemonsets|DaemonSet: )/,
    line: /(as table|rows\[0\]|metadata).*daemonset\.template\.generation/,
  },
  {
    why: 'deliberate',
    words: 'of what came by a newer version, that is accounted for which the stored one knows',
    row: /^extending › (in the other, too|back in the one|the list of|patched by the other|applied by the other|who owns it|the one is watched)/,
  },
  {
    why: 'deliberate',
    words: 'the last of two equal keys counts, and none of the other',
    row: /^bad-input › a field twice$/,
  },
  {
    why: 'deliberate',
    words: 'tokens of pages and patterns that are none are refused in the words of what reads them here',
    row: /^(reading › no token|custom › a bad pattern|bad-input › apply: no JSON)/,
    line: /message: /,
  },
  {
    why: 'surroundings',
    words: 'a definition is gone at once, and kinds of a group come in any order',
    row: /CustomResourceDefinition: get what is gone$|^extending › the version$|^custom-names › under the names that it has$/,
  },
  {
    why: 'surroundings',
    words: 'what controllers of the server itself find out of APIs, kinds and flows is there at once or a while later',
    row: /^every-kind › \S+ (APIService|FlowSchema|CustomResourceDefinition): get( as table)?$|^guarding › what it would serve$/,
    line: /resourceVersion|managedFields\[|status\.conditions|cells\[|^status: 404 \| 503|^body: "404/,
  },
  {
    why: 'deliberate',
    words: 'a field that is absent is left out of protobuf, where Go writes the zero value of what is no pointer',
    row: /as protobuf$/,
    line: /^body: "k8s/,
  },
  {
    why: 'surroundings',
    words:
      'kube-apiserver goes through the fields of an apply in any order, and not on behind one that is not declared',
    row: /^fuzz › /,
    line: /field not declared in schema.* \| .*field not declared in schema/s,
  },
  {
    why: 'deliberate',
    words: 'what is a default of a new claim or job is stored with it, and not with its first change',
    row: /^fuzz › (parts|deleting|Job|PersistentVolumeClaim): /,
    line: /resourceVersion: "<another revision>" \| "<revision as before>"$/,
    answers: ({ body }) => /^(Job|PersistentVolumeClaim)$/.test((body as { readonly kind?: string }).kind ?? ''),
  },
  {
    why: 'deliberate',
    words: 'and so it is not of another version then',
    row: /^fuzz › (parts|Job|PersistentVolumeClaim): /,
    answers: ({ status, body }, actual) =>
      status === 409 &&
      actual.status === 200 &&
      /fulfilled on (persistentvolumeclaims|jobs\.batch) .*the object has been modified/.test(JSON.stringify(body)),
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver knows its own range of addresses a while after another one that is made at once',
    row: /^fuzz › Service: /,
    answers: ({ body }) => /The range of valid IPs is 10\.99\.0\.0\/24/.test(JSON.stringify(body)),
  },
  {
    why: 'deliberate',
    words: 'and an empty list of limits is applied by nobody',
    row: /^fuzz › LimitRange: apply$/,
    line: /managedFields/,
  },
  {
    why: 'surroundings',
    words: 'of several bindings that allow it any is told',
    row: /^access › self: a path$|^fuzz › reviewing: /,
    line: /status\.reason: "RBAC: allowed by .* \| "RBAC: allowed by/,
  },
  {
    why: 'surroundings',
    words: 'Go modules are not where kube-apiserver’s own build has them',
    line: /pkg\/(runtime\/scheme\.go|api\/legacyscheme)/,
  },
  {
    why: 'surroundings',
    words: 'revisions, and the ports of the two servers',
    line: /Too large resource version: |targetPort: \d+ \| \d+$/,
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver makes no endpoints of itself on the loopback',
    row: /^self › its (endpoints|slice)$/,
  },
  {
    why: 'surroundings',
    words: 'Node knows no other methods than those of HTTP’s registry',
    row: /a method that is none$/,
  },
  {
    why: 'surroundings',
    words: 'the history of a server that has just begun',
    row: /watching › of a version long gone$/,
  },
  {
    why: 'surroundings',
    words:
      'kube-apiserver fills in defaults a while after it is ready, and leaves sums of roles to kube-controller-manager',
    row: /^self › (flow schemas|priority levels|cluster roles|cluster role bindings|APIServices)$/,
  },
  {
    why: 'deliberate',
    words: 'a limit counts whatever the version is that is asked for',
    row: /reading › a page of any version$|^fuzz › read: .*\blimit=[1-9].*\bresourceVersion=0|^fuzz › read: .*\bresourceVersion=0.*\blimit=[1-9]/,
  },
  {
    why: 'deliberate',
    words: 'there is no profiler',
    row: /^self › \/debug\/pprof$/,
  },
  {
    why: 'newer',
    words: '1.34 takes a webhook whose patch cannot be read for one that could not be asked',
    row: /^(hooked › Mutating: patch-(of-no-type|no-json|no-list)|json-patches › a webhook (whose failures are ignored )?(text|a-number))$/,
  },
  {
    why: 'deliberate',
    words: 'what a webhook makes another kind is refused for that, and not for what it lacks',
    row: /^hooked › Mutating: patch-kind$/,
    line: /message: /,
  },
  {
    why: 'deliberate',
    words: 'priority classes of the system are described in words of our own',
    row: /^self › priority classes$/,
    line: /description/,
  },
  {
    why: 'deliberate',
    words: 'what is no body at all is refused in words of our own',
    row: /^bad-input › (nothing|no JSON|a list|a number|text|yaml that is none|protobuf that is none|.*patch.*)$/i,
    line: /message: /,
  },
];
