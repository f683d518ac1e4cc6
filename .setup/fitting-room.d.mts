/** The instance that Emscripten's glue resolves to. */
export interface CoreModule {
  wasmMemory: WebAssembly.Memory;
  [exported: `_${string}`]: (...args: (number | bigint)[]) => number;
}

/** What the glue is given, and what it adds. */
export interface CoreOptions {
  /** Threads to have ready beside the calling one; builds with threads only. */
  helpers?: number;
  preRun?: (() => void)[];
  PThread?: { terminateAllThreads(): void };
}

export default function createCore(options?: CoreOptions): Promise<CoreModule>;
