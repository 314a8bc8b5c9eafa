/** Watches: from now, from then, with all that is there first, with bookmarks, as tables, of versions that are gone. */
import { del, type Group, get, merge, metadataOnly, post, table, watch } from '../row.js';

const maps = '/api/v1/namespaces/NS/configmaps';
const map = (name: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
});
const initial = 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';

export const watching: Group = {
  name: 'watching',
  rows: [
    post('a', maps, map('a', { in: 'yes' }), { save: 'a' }),
    post('b', maps, map('b'), { save: 'b' }),
    merge('b goes in', `${maps}/b`, { metadata: { labels: { in: 'yes' } } }),
    merge('b goes out', `${maps}/b`, { metadata: { labels: { in: 'no' } } }),
    del('b ends', `${maps}/b`),
    watch('all that happened', `${maps}?resourceVersion={a.metadata.resourceVersion}`, 4),
    watch(
      'what happened to the selected',
      `${maps}?resourceVersion={a.metadata.resourceVersion}&labelSelector=in%3Dyes`,
      2,
    ),
    watch('by name', `${maps}?resourceVersion={a.metadata.resourceVersion}&fieldSelector=metadata.name%3Db`, 4),
    watch('one object', `${maps}/a?resourceVersion={a.metadata.resourceVersion}`, 1),
    watch('from any version', `${maps}?resourceVersion=0`, 1),
    watch('from no version', maps, 1),
    watch('as table', `${maps}?resourceVersion=0`, 1, { headers: table }),
    watch('as metadata', `${maps}?resourceVersion=0`, 1, { headers: metadataOnly }),
    watch('with all first', `${maps}?${initial}`, 2),
    watch('with all first, as metadata', `${maps}?${initial}`, 2, { headers: metadataOnly }),
    watch('with all first, as table', `${maps}?${initial}`, 2, { headers: table }),
    watch('with all first, from any version', `${maps}?${initial}&resourceVersion=0`, 2),
    watch('with all first, of nothing', `${maps}?${initial}&labelSelector=in%3Dnowhere`, 1),
    watch('with all first, without saying which', `${maps}?sendInitialEvents=true&allowWatchBookmarks=true`, 1),
    watch('without all first', `${maps}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan`, 1, {
      stream: { lines: 1, waitMs: 700 },
    }),
    watch('with all first and no bookmarks', `${maps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`, 2, {
      stream: { lines: 2, waitMs: 700 },
    }),
    get('with all first, but no watch', `${maps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`),
    watch('exactly', `${maps}?resourceVersion=0&resourceVersionMatch=Exact`, 1),
    watch('of a version that is none', `${maps}?resourceVersion=x`, 1),
    watch('of a version to come', `${maps}?resourceVersion=99999999`, 1, { stream: { lines: 1, waitMs: 5_000 } }),
    watch('of a version long gone', `${maps}?resourceVersion=1`, 1),
    watch('with a limit', `${maps}?resourceVersion=0&limit=1`, 1),
    watch('with a token', `${maps}?continue=abc`, 1),
    watch('for a second', `${maps}?timeoutSeconds=1`, 9),
    watch('of protobuf', `${maps}?resourceVersion=0`, 1, {
      headers: { accept: 'application/vnd.kubernetes.protobuf;stream=watch' },
      counts: 'status',
    }),
    watch('of a kind that has none', '/api/v1/componentstatuses', 1, { counts: 'status' }),
    watch('of a namespace that is not', '/api/v1/namespaces/absent/configmaps?resourceVersion=0', 1, {
      stream: { lines: 1, waitMs: 500 },
    }),
    watch('by who may not', maps, 1, { as: 'bob' }),
  ],
};
