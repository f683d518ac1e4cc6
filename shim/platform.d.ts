/*
 * What the types of this library name of the platform. Where `lib: ["dom"]` or @types/node declares them, these empty
 * declarations add nothing; elsewhere, they let the types compile.
 */

/// <reference lib="esnext.disposable" />

interface AbortSignal {}
interface Blob {}
interface CacheStorage {}
interface File {}
interface FileList {}
interface HTMLCanvasElement {}
interface HTMLImageElement {}
interface HTMLVideoElement {}
interface ImageBitmap {}
interface ImageData {}
interface OffscreenCanvas {}
interface OffscreenCanvasRenderingContext2D {}
interface Response {}
interface RequestInit {}
interface URL {}
interface VideoFrame {}

declare namespace WebAssembly {
  interface Memory {}
}
