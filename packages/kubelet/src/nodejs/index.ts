/** What a kubelet needs of a machine that runs Node: volumes as files, probes over sockets, what the machine is. */
export { fileVolumes, type FileVolumesOptions } from './file-volumes.js';
export { describeMachine, type MachineOptions } from './machine.js';
export { networkProber, type NetworkProberOptions } from './network-prober.js';
