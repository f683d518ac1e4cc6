/** The instance that Emscripten's glue resolves to. */
export interface CoreModule {
  HEAPU8: Uint8Array<ArrayBuffer>;
  [exported: `_${string}`]: (...args: (number | bigint)[]) => number;
}

export default function createCore(options?: {
  locateFile?: (path: string, folder: string) => string;
  wasmBinary?: ArrayBuffer | Uint8Array;
}): Promise<CoreModule>;
