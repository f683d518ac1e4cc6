import { PbfReader, PbfWriter } from 'pbf';
import { refusal } from '../common.js';

/**
 * The protobuf messages of ONNX (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3), as far as they are used
 * here. Other fields of a file are ignored.
 *
 * @typedef {object} OnnxTensor
 * @property {number[]} [dims]
 * @property {number} [dataType]
 * @property {Uint8Array} [floats] little-endian
 * @property {number[]} [halves] the 16 bits of each number, or small integers
 * @property {number[]} [integers]
 * @property {string} [name]
 * @property {Uint8Array} [raw] little-endian
 * @property {number} [location] 1: in an external file
 *
 * @typedef {{ name?: string, float?: number, integer?: number, text?: string, tensor?: OnnxTensor, floats?: number[],
 *   integers?: number[], type?: number }} OnnxAttribute
 * @typedef {{ inputs?: string[], outputs?: string[], name?: string, operator?: string, attributes?: OnnxAttribute[],
 *   domain?: string }} OnnxNode
 * @typedef {{ name?: string, type?: { tensor?: { elements?: number, shape?: { dims?: { length?: number, symbol?: string
 *   }[] } } } }} OnnxValue
 * @typedef {{ nodes?: OnnxNode[], name?: string, initializers?: OnnxTensor[], inputs?: OnnxValue[], outputs?:
 *   OnnxValue[] }} OnnxGraph
 * @typedef {object} OnnxModel
 * @property {number} [irVersion]
 * @property {string} [producer]
 * @property {OnnxGraph} [graph]
 * @property {{ domain?: string, version?: number }[]} [operatorSets]
 * @property {{ key?: string, value?: string }[]} [metadata]
 */

/** @typedef {'integer' | 'float' | 'text' | 'bytes' | 'integers' | 'floats'} Scalar */
/**
 * The number of the field, its type, and whether it may be repeated.
 * @typedef {[number, Scalar | Message, boolean?]} Entry
 */
/** @typedef {{ [name: string]: Entry }} Message */

/** @type {Message} */
const TENSOR = {
  dims: [1, 'integers'],
  dataType: [2, 'integer'],
  floats: [4, 'bytes'],
  halves: [5, 'integers'],
  integers: [7, 'integers'],
  name: [8, 'text'],
  raw: [9, 'bytes'],
  location: [14, 'integer'],
};
/** @type {Message} */
const ATTRIBUTE = {
  name: [1, 'text'],
  float: [2, 'float'],
  integer: [3, 'integer'],
  text: [4, 'text'],
  tensor: [5, TENSOR],
  floats: [7, 'floats'],
  integers: [8, 'integers'],
  type: [20, 'integer'],
};
/** @type {Message} */
const NODE = {
  inputs: [1, 'text', true],
  outputs: [2, 'text', true],
  name: [3, 'text'],
  operator: [4, 'text'],
  attributes: [5, ATTRIBUTE, true],
  domain: [7, 'text'],
};
/** @type {Message} */
const DIMENSION = { length: [1, 'integer'], symbol: [2, 'text'] };
/** @type {Message} */
const VALUE = {
  name: [1, 'text'],
  type: [2, { tensor: [1, { elements: [1, 'integer'], shape: [2, { dims: [1, DIMENSION, true] }] }] }],
};
/** @type {Message} */
const GRAPH = {
  nodes: [1, NODE, true],
  name: [2, 'text'],
  initializers: [5, TENSOR, true],
  inputs: [11, VALUE, true],
  outputs: [12, VALUE, true],
};
/** @type {Message} */
const MODEL = {
  irVersion: [1, 'integer'],
  producer: [2, 'text'],
  graph: [7, GRAPH],
  operatorSets: [8, { domain: [1, 'text'], version: [2, 'integer'] }, true],
  metadata: [14, { key: [1, 'text'], value: [2, 'text'] }, true],
};

const LENGTH_DELIMITED = 2;
/** Largest length of a list that is not a weight: shapes and the like. */
const MOST_NUMBERS = 2 ** 16;
const MOST_FIELDS = 2 ** 17; // in a file: a hundred for each of a thousand layers

/** @param {any} value @param {Scalar | Message} type @param {number} field @param {PbfWriter} writer */
function writeField(value, type, field, writer) {
  if (type === 'integer') writer.writeVarintField(field, value);
  else if (type === 'float') writer.writeFloatField(field, value);
  else if (type === 'text') writer.writeStringField(field, value);
  else if (type === 'bytes') writer.writeBytesField(field, value);
  else if (type === 'integers') for (const each of value) writer.writeVarintField(field, each);
  else if (type === 'floats') for (const each of value) writer.writeFloatField(field, each);
  else writer.writeMessage(field, (message, inner) => writeMessage(message, type, inner), value);
}

/** @param {any} message @param {Message} fields @param {PbfWriter} writer */
function writeMessage(message, fields, writer) {
  for (const [name, [field, type, repeated]] of Object.entries(fields)) {
    if (message[name] === undefined) continue;
    for (const value of repeated ? message[name] : [message[name]]) writeField(value, type, field, writer);
  }
}

/** @param {OnnxModel} model @returns {Uint8Array<ArrayBuffer>} */
export function encode(model) {
  const writer = new PbfWriter();
  writeMessage(model, MODEL, writer);
  return writer.finish().slice();
}

/** The names of the fields by number, for each kind of message. @type {Map<Message, Map<number, string>>} */
const NAMES = new Map();

/** @param {Message} fields @returns {Map<number, string>} */
function namesOf(fields) {
  const known = NAMES.get(fields) ?? new Map(Object.entries(fields).map(([name, [field]]) => [field, name]));
  NAMES.set(fields, known);
  return known;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

class Decoder {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.reader = new PbfReader(bytes);
    this.fields = 0;
  }

  /** @param {number} end of the enclosing message @returns {number} the end of the next part */
  span(end) {
    const at = this.reader.pos;
    const next = this.reader.readVarint() + this.reader.pos;
    if (next > end) throw refusal(`ONNX: byte ${at}: a length reaches ${next - end} bytes beyond its message`);
    return next;
  }

  /** @param {number} end */
  bytes(end) {
    const next = this.span(end);
    const bytes = this.reader.buf.subarray(this.reader.pos, next);
    this.reader.pos = next;
    return bytes;
  }

  /** Reads numbers, packed or not. @param {number[]} list @param {number} end @param {() => number} read */
  numbers(list, end, read) {
    const next = this.reader.type === LENGTH_DELIMITED ? this.span(end) : this.reader.pos + 1;
    while (this.reader.pos < next) {
      if (list.length === MOST_NUMBERS)
        throw refusal(`ONNX: byte ${this.reader.pos}: a list has more than ${MOST_NUMBERS} numbers`);
      list.push(read());
    }
    return list;
  }

  /**
   * @param {Scalar | Message} type
   * @param {number} end
   * @param {any} before the field's value so far
   * @returns {any}
   */
  value(type, end, before) {
    const { reader } = this;
    const integer = () => reader.readVarint(true);
    const float = () => reader.readFloat();
    if (type === 'integer') return integer();
    if (type === 'float') return float();
    if (type === 'text') return utf8.decode(this.bytes(end));
    if (type === 'bytes') return this.bytes(end);
    if (type === 'integers' || type === 'floats')
      return this.numbers(before ?? [], end, type === 'integers' ? integer : float);
    return this.message(type, this.span(end));
  }

  /** @param {Message} fields @param {number} end @returns {any} */
  message(fields, end) {
    const { reader } = this;
    const names = namesOf(fields);
    /** @type {any} */
    const made = {};
    reader.readFields(
      (field) => {
        if (++this.fields > MOST_FIELDS) throw refusal(`ONNX: it has more than ${MOST_FIELDS} fields`);
        const name = names.get(field);
        if (name === undefined) return;
        const [, type, repeated] = fields[name];
        const value = this.value(type, end, made[name]);
        if (repeated) (made[name] ??= []).push(value);
        else made[name] = value;
      },
      made,
      end,
    );
    if (reader.pos > end) throw refusal(`ONNX: it ends within a field, at byte ${end}`);
    return made;
  }
}

/** @param {Uint8Array} bytes @returns {OnnxModel} */
export function decode(bytes) {
  const decoder = new Decoder(bytes);
  try {
    return decoder.message(MODEL, bytes.length);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw message.startsWith('model file:') ? error : refusal(`ONNX: byte ${decoder.reader.pos}: ${message}`, error);
  }
}
