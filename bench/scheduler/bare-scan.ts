/** What decisions cost at least: a scan of typed arrays for fit and two scores, with no framework. */

/** Milliseconds for all pods, looking at `looked` nodes for each. */
export function bareScan(nodeCount: number, podCount: number, looked: number): number {
  const [cpu, memory] = [new Float64Array(nodeCount).fill(4000), new Float64Array(nodeCount).fill(32 * 2 ** 30)];
  const [cpuUsed, memoryUsed] = [new Float64Array(nodeCount), new Float64Array(nodeCount)];
  const [askCpu, askMemory] = [100, 500 * 2 ** 20];
  let next = 0;
  const start = performance.now();
  for (let pod = 0; pod < podCount; pod++) {
    let best = -1;
    let bestScore = -1;
    for (let i = 0; i < looked; i++) {
      const row = (next + i) % nodeCount;
      const [capacity, bytes] = [cpu[row]!, memory[row]!];
      const [milli, used] = [cpuUsed[row]! + askCpu, memoryUsed[row]! + askMemory];
      if (milli > capacity || used > bytes) continue;
      const least = Math.floor(
        (Math.floor(((capacity - milli) * 100) / capacity) + Math.floor(((bytes - used) * 100) / bytes)) / 2,
      );
      const balanced = Math.trunc((1 - Math.abs(milli / capacity - used / bytes) / 2) * 100);
      if (least + balanced > bestScore) {
        bestScore = least + balanced;
        best = row;
      }
    }
    if (best < 0) throw new Error('the bare scan ran out of nodes');
    cpuUsed[best]! += askCpu;
    memoryUsed[best]! += askMemory;
    next = (next + looked) % nodeCount;
  }
  return performance.now() - start;
}
