/** What a kubelet needs of a machine that runs Node: volumes as files, probes over sockets, what the machine is. */
export { type FileVolumesOptions, fileVolumes } from './file-volumes.js';
export { describeMachine, type MachineOptions } from './machine.js';
export { type NetworkProberOptions, networkProber } from './network-prober.js';
