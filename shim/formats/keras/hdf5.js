import { HDF5_SIGNATURE, refusal } from '../common.js';

/*
 * HDF5 (HDF5 File Format Specification, version 3), as far as Keras writes it: groups with few links, in a B-tree or in
 * their headers, contiguous datasets of floats, and attributes that are texts. Numbers are little-endian; addresses
 * count from the file's first byte.
 *
 * - superblock → header of the root group; a header consists of messages, in a chain of blocks
 * - group, version 1: a symbol table message → B-tree → symbol nodes → (name in the local heap, header)
 * - group, version 2: a link message for each (name, header)
 * - dataset: a dataspace (its shape), a datatype, a layout (where its bytes are)
 * - attribute: a name, a datatype, a dataspace, then its texts: padded to one length, or in global heaps
 *
 * No two parts of an intact file overlap, so the structure read is at most as long as the file, because each header is
 * read only once. A file that would have parts read over and over exhausts this budget and is refused.
 */

/** @typedef {{ type: number, flags: number, at: number, length: number }} Message */
/**
 * @typedef {{ messages: Message[], first: Map<number, Message> }} Header first: the first message of each type; a
 *   header may have many messages and be searched often
 */
/**
 * @typedef {{ shape: number[], isFloat: boolean, size: number, at?: number, length: number }} Stored size: bytes of a
 *   number; at: address of the first number, if there is any; length: in bytes
 */

const UNDEFINED = 2 ** 64; // the undefined address, 2⁶⁴ - 1, as it is rounded
/** Most bytes of headers, trees and names to read: more than any model has, and quick to read. */
const MOST_STRUCTURE = 2 ** 22;
const WORD = 8; // bytes of an address or a length
/** Length by version. */
const SUPERBLOCK_BYTES = [96, 100, 48, 48];
const ENTRY_BYTES = 40; // of an entry in a symbol node
const MOST_AXES = 8;

const DATASPACE = 1;
const LINK_INFO = 2;
const DATATYPE = 3;
const LINK = 6;
const LAYOUT = 8;
const ATTRIBUTE = 12;
const CONTINUATION = 16;
const SYMBOL_TABLE = 17;

const SHARED = 2; // flag of a message that is stored elsewhere
const FLOAT = 1;
const STRING = 3;
const VARIABLE_LENGTH = 9;
const COMPACT = 0;
const CONTIGUOUS = 1;
const SOFT = 2; // cache type of a symbolic link

/** A part of the file, read sequentially. */
class Part {
  /** @param {Hdf5} file @param {number} at @param {number} length */
  constructor(file, at, length) {
    this.file = file;
    this.at = at;
    this.end = at + length;
  }

  get left() {
    return this.end - this.at;
  }

  /** @param {number} length @returns {number} the address of the skipped bytes */
  skip(length) {
    if (!(length <= this.left)) throw this.file.fault(this.at, `${length} bytes must follow, got ${this.left}`);
    this.at += length;
    return this.at - length;
  }

  /** @param {number} [bytes] 1, 2, 4 or 8 */
  number(bytes = WORD) {
    const { view } = this.file;
    const at = this.skip(bytes);
    if (bytes === 1) return view.getUint8(at);
    if (bytes === 2) return view.getUint16(at, true);
    if (bytes === 4) return view.getUint32(at, true);
    return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** @param {number} length in bytes */
  text(length) {
    const at = this.skip(length);
    return new TextDecoder().decode(this.file.bytes.subarray(at, at + length));
  }

  /** @param {string} signature */
  expect(signature) {
    const { at, file } = this;
    const isThere =
      signature.length <= this.left && [...signature].every((letter, i) => file.bytes[at + i] === letter.charCodeAt(0));
    if (!isThere) throw file.fault(at, `${JSON.stringify(signature)} is missing`);
    this.skip(signature.length);
  }
}

export class Hdf5 {
  /** @type {Map<number, Header>} by their addresses */
  #headers = new Map();
  /** @type {Map<number, Map<string, number>>} */
  #links = new Map();

  /** @param {string} name of the file in messages @param {Uint8Array} bytes */
  constructor(name, bytes) {
    this.name = name;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.budget = Math.min(bytes.length, MOST_STRUCTURE);
    this.root = this.#rootAddress();
  }

  /** @param {number} at @param {string} message */
  fault(at, message) {
    return refusal(`${this.name}: it cannot be read as HDF5 (byte ${at}: ${message})`);
  }

  /** @param {number} at @param {number} length */
  #part(at, length) {
    if (!(at + length <= this.bytes.length))
      throw this.fault(at, `${length} bytes must follow, the file has ${this.bytes.length}`);
    if (length > this.budget)
      throw refusal(
        `${this.name}: too large: its groups hold more than any model has, or overlap; at most ` +
          `${Math.min(this.bytes.length, MOST_STRUCTURE)} bytes of them are read`,
      );
    this.budget -= length;
    return new Part(this, at, length);
  }

  #rootAddress() {
    new Part(this, 0, Math.min(this.bytes.length, SUPERBLOCK_BYTES[2])).expect(HDF5_SIGNATURE);
    const version = this.bytes[WORD];
    const length = SUPERBLOCK_BYTES[version];
    if (!length) throw this.fault(WORD, `superblock version ${version} is not supported`);
    const block = this.#part(0, length);
    block.skip(version < 2 ? 13 : 9);
    if (block.number(1) !== WORD || block.number(1) !== WORD)
      throw this.fault(block.at, 'addresses and lengths must have 8 bytes');
    // In version 2, a checksum follows the root address; earlier, 24 more bytes of a symbol table entry.
    block.skip(block.left - WORD - (version < 2 ? 24 : 4));
    return block.number();
  }

  /** @param {number} address @returns {Header} */
  #header(address) {
    const known = this.#headers.get(address);
    if (known) return known;
    const isLater = this.bytes[address] === 'O'.charCodeAt(0);
    const messages = isLater ? this.#laterMessages(address) : this.#earlyMessages(address);
    const header = { messages, first: new Map(messages.toReversed().map((message) => [message.type, message])) };
    this.#headers.set(address, header);
    return header;
  }

  /**
   * @param {Part} first the header's own block
   * @param {(block: Part) => Message} next
   * @param {(address: number, length: number) => Part} open opens a continuation block
   * @param {number} least smallest number of bytes in a message
   */
  #inBlocks(first, next, open, least) {
    /** @type {Message[]} */
    const messages = [];
    const blocks = [first];
    for (const block of blocks) {
      while (block.left >= least) {
        const message = next(block);
        messages.push(message);
        if (message.type !== CONTINUATION) continue;
        const place = new Part(this, message.at, message.length);
        blocks.push(open(place.number(), place.number()));
      }
    }
    return messages;
  }

  /** Messages of a version 1 header. @param {number} address */
  #earlyMessages(address) {
    const prefix = this.#part(address, 16);
    const version = prefix.number(1);
    if (version !== 1) throw this.fault(address, `header version ${version} is not supported`);
    prefix.skip(7);
    const length = prefix.number(4);
    const next = (/** @type {Part} */ block) => {
      const [type, size, flags] = [block.number(2), block.number(2), block.number(1)];
      block.skip(3);
      return { type, flags, length: size, at: block.skip(size) };
    };
    return this.#inBlocks(this.#part(address + 16, length), next, (at, size) => this.#part(at, size), 8);
  }

  /** Messages of a version 2 header. @param {number} address */
  #laterMessages(address) {
    const start = this.#part(address, 6);
    start.expect('OHDR');
    const [version, flags] = [start.number(1), start.number(1)];
    if (version !== 2) throw this.fault(address, `header version ${version} is not supported`);
    const lengthBytes = 2 ** (flags & 3);
    const prefix = this.#part(start.at, (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0) + lengthBytes);
    prefix.skip(prefix.left - lengthBytes);
    const length = prefix.number(lengthBytes);
    const order = flags & 4 ? 2 : 0;
    const next = (/** @type {Part} */ block) => {
      const [type, size, shared] = [block.number(1), block.number(2), block.number(1)];
      block.skip(order);
      return { type, flags: shared, length: size, at: block.skip(size) };
    };
    const open = (/** @type {number} */ at, /** @type {number} */ size) => {
      const block = this.#part(at, size);
      block.expect('OCHK');
      block.end -= 4; // a checksum
      return block;
    };
    return this.#inBlocks(this.#part(prefix.at, length), next, open, 4 + order);
  }

  /** @param {number} address of an object's header @param {number} type @returns {Part | undefined} */
  #message(address, type) {
    const found = this.#header(address).first.get(type);
    if (found && found.flags & SHARED) throw this.fault(found.at, 'shared messages are not supported');
    return found && new Part(this, found.at, found.length);
  }

  /** @param {number} address of an object's header */
  isDataset(address) {
    return this.#header(address).first.has(DATASPACE);
  }

  /** The members of a group. @param {number} address of its header @returns {Map<string, number>} headers by name */
  links(address) {
    const known = this.#links.get(address);
    if (known) return known;
    /** @type {Map<string, number>} */
    const links = new Map();
    const info = this.#message(address, LINK_INFO);
    if (info) this.#checkInfo(info);
    for (const { type, at, length } of this.#header(address).messages)
      if (type === LINK) this.#addLink(links, new Part(this, at, length));
    const table = this.#message(address, SYMBOL_TABLE);
    if (table) this.#addSymbols(links, table.number(), table.number());
    this.#links.set(address, links);
    return links;
  }

  /** @param {Part} info */
  #checkInfo(info) {
    info.skip(1);
    info.skip(info.number(1) & 1 ? WORD : 0);
    if (info.number() !== UNDEFINED) throw this.fault(info.at, 'the group is larger than any that Keras writes');
  }

  /** @param {Map<string, number>} links @param {Part} part */
  #addLink(links, part) {
    part.skip(1);
    const flags = part.number(1);
    const type = flags & 8 ? part.number(1) : 0;
    part.skip((flags & 4 ? WORD : 0) + (flags & 16 ? 1 : 0));
    const name = part.text(part.number(2 ** (flags & 3)));
    if (type === 0) links.set(name, part.number()); // other links lead elsewhere
  }

  /** @param {Map<string, number>} links @param {number} tree @param {number} heap */
  #addSymbols(links, tree, heap) {
    const head = this.#part(heap, 32);
    head.expect('HEAP');
    head.skip(4);
    const size = head.number();
    head.skip(WORD);
    const names = head.number();
    for (const node of this.#leaves(tree)) {
      const start = this.#part(node, 8);
      start.expect('SNOD');
      start.skip(2);
      const count = start.number(2);
      const entries = this.#part(start.at, count * ENTRY_BYTES);
      for (let i = 0; i < count; i++) {
        const [offset, header, cache] = [entries.number(), entries.number(), entries.number(4)];
        entries.skip(20);
        if (cache !== SOFT) links.set(this.#nameAt(names + offset, names + size), header);
      }
    }
  }

  /** @param {number} at @param {number} end of the heap */
  #nameAt(at, end) {
    const zero = this.bytes.indexOf(0, at);
    if (zero < 0 || !(zero < end)) throw this.fault(at, 'a name is not terminated');
    return this.#part(at, zero + 1 - at).text(zero - at);
  }

  /**
   * @param {number} address of a B-tree node
   * @param {number} [parent] level of its parent
   * @returns {number[]} addresses of the symbol nodes
   */
  #leaves(address, parent) {
    const head = this.#part(address, 24);
    head.expect('TREE');
    const [type, level, count] = [head.number(1), head.number(1), head.number(2)];
    if (type !== 0 || (parent !== undefined && level !== parent - 1))
      throw this.fault(address, `a node of type ${type} on level ${level} cannot be here`);
    const entries = this.#part(address + 24, WORD * (2 * count + 1));
    const children = Array.from({ length: count }, () => {
      entries.skip(WORD);
      return entries.number();
    });
    return level === 0 ? children : children.flatMap((child) => this.#leaves(child, level));
  }

  /**
   * @param {string} path
   * @param {number} [from] the address of a group's header
   * @returns {number | undefined} the address of the header found
   */
  find(path, from = this.root) {
    /** @type {number | undefined} */
    let at = from;
    for (const step of path.split('/'))
      at = at === undefined || this.isDataset(at) ? undefined : this.links(at).get(step);
    return at;
  }

  /** @param {number} address of a dataset's header @param {number} type */
  #needed(address, type) {
    const part = this.#message(address, type);
    if (part) return part;
    throw this.fault(address, `message ${type} of a dataset is missing`);
  }

  /** @param {number} address of a dataset's header @returns {Stored} */
  dataset(address) {
    const type = this.#needed(address, DATATYPE);
    const [kind, bits] = [type.number(1) & 15, type.number(1)];
    type.skip(2);
    const size = type.number(4);
    return {
      shape: this.#shape(this.#needed(address, DATASPACE)),
      isFloat: kind === FLOAT && (bits & 65) === 0,
      size,
      ...this.#place(this.#needed(address, LAYOUT)),
    };
  }

  /** @param {Part} space */
  #shape(space) {
    const [version, rank] = [space.number(1), space.number(1)];
    if (rank > MOST_AXES) throw this.fault(space.at, `a dataset has ${rank} axes; at most ${MOST_AXES} are read`);
    space.skip(version === 1 ? 6 : 2);
    return Array.from({ length: rank }, () => space.number());
  }

  /** @param {Part} layout @returns {{ at?: number, length: number }} */
  #place(layout) {
    const [version, kind] = [layout.number(1), layout.number(1)];
    if (version < 3) throw this.fault(layout.at, `layout version ${version} is not supported`);
    if (kind === COMPACT) {
      const length = layout.number(2);
      return { at: layout.skip(length), length };
    }
    if (kind !== CONTIGUOUS) return { length: 0 };
    const [at, length] = [layout.number(), layout.number()];
    return { at: at === UNDEFINED ? undefined : at, length };
  }

  /**
   * The texts in an attribute.
   * @param {number} address of the object's header
   * @param {string} name
   * @returns {string[] | undefined} undefined if there is no such attribute
   */
  texts(address, name) {
    for (const { type, flags, at, length } of this.#header(address).messages) {
      if (type !== ATTRIBUTE || flags & SHARED) continue;
      const part = new Part(this, at, length);
      const version = part.number(1);
      if (version < 1 || version > 3) throw this.fault(at, `attribute version ${version} is not supported`);
      part.skip(1);
      const lengths = [part.number(2), part.number(2), part.number(2)];
      if (version === 3) part.skip(1);
      const [called, datatype, space] = lengths.map(
        (each) => new Part(this, part.skip(version === 1 ? Math.ceil(each / 8) * 8 : each), each),
      );
      if (called.text(called.left).replace(/\0.*$/s, '') === name) return this.#textsIn(part, datatype, space);
    }
    return undefined;
  }

  /** @param {Part} part @param {Part} datatype @param {Part} space @returns {string[]} */
  #textsIn(part, datatype, space) {
    const kind = datatype.number(1) & 15;
    const isText = kind === STRING || (kind === VARIABLE_LENGTH && (datatype.number(1) & 15) === 1);
    if (!isText) throw this.fault(datatype.at, 'an attribute must be text');
    datatype.skip(kind === STRING ? 3 : 2);
    const size = datatype.number(4);
    const count = this.#shape(space).reduce((product, length) => product * length, 1);
    if (!(count * size <= part.left)) throw this.fault(part.at, `${count} texts must follow, got ${part.left} bytes`);
    return Array.from({ length: size > 0 ? count : 0 }, () => {
      if (kind === STRING) return part.text(size).replace(/\0.*$/s, '');
      const length = part.number(4);
      return this.#heapText(part.number(), part.number(4), length);
    });
  }

  /** @param {number} address of a global heap @param {number} index of the object @param {number} length */
  #heapText(address, index, length) {
    const head = this.#part(address, 16);
    head.expect('GCOL');
    head.skip(4);
    const end = address + head.number();
    for (let at = address + 16; at + 16 <= end; ) {
      const object = this.#part(at, 16);
      const number = object.number(2);
      object.skip(6);
      const size = object.number();
      if (number === index) return this.#part(at + 16, Math.min(length, size)).text(Math.min(length, size));
      if (number === 0) break;
      at += 16 + Math.ceil(size / 8) * 8;
    }
    throw this.fault(address, `text ${index} is missing`);
  }
}
