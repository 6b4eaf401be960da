/**
 * A bank as a process of Node: the protocol core with a durable log, over links and a clock of the host's choice.
 *
 * @packageDocumentation
 */

export { type FileSystem, nodeFileSystem, type OpenFile } from './file-system.js';
export type { LogError } from './log-error.js';
export { type DroppedTail, LogFile, type LogIdentity } from './log-file.js';
export { Node, type NodeOptions } from './node.js';
export type { NodeError } from './node-error.js';
export { nodeProcesses, type Processes, type ProcessName } from './processes.js';
export { BankStore, type LogState, type SealedOutput, type StoreOptions } from './store.js';
export { type Clock, nodeClock, type Transport } from './transport.js';
