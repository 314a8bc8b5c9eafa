/** The rings of `docs/architecture.md` as data: what each package is in, and so what it may import. */
export const rings: Readonly<Record<string, number>> = {
  machinery: 0,
  cel: 0,
  api: 0,
  contracts: 0,
  store: 1,
  client: 1,
  apiserver: 2,
  watch: 2,
  'controller-runtime': 3,
  controllers: 4,
  scheduler: 4,
  kubelet: 4,
  network: 4,
  volumes: 4,
  cloud: 4,
  'store-lmdb': 5,
  'runtime-process': 5,
  cluster: 6,
  testing: 6,
  pintle: 6,
};

/** Within one ring: who may import whom. In ring 4 nobody may: its parts meet in the API. */
export const within: Readonly<Record<string, readonly string[]>> = {
  api: ['machinery'],
  cel: ['machinery'],
  contracts: ['machinery'],
  store: [],
  client: [],
  testing: ['cluster'],
  pintle: ['cluster'],
};
