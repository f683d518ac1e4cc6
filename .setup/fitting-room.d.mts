/** Emscripten's glue, as seen from the folder of a build. */
import type { CoreModule, CoreOptions } from '../../shim/core/core.js';

export default function createCore(options?: CoreOptions): Promise<CoreModule>;
