/** What Emscripten's glue is, seen from the folder of a build. */
import type { CoreModule, CoreOptions } from '../../shim/core.js';

export default function createCore(options?: CoreOptions): Promise<CoreModule>;
