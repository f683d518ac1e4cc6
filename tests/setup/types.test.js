import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The types of the package: all that can be reached from its addresses. `make package-contents` builds them. */

const folder = fileURLToPath(new URL('../../build/types/', import.meta.url));
const ENTRIES = ['index', 'photo', 'tf'];

/** What an address leads to, in a project that knows nothing but the language. @param {string} entry */
function opened(entry) {
  const file = `${folder}${entry}.d.ts`;
  const program = ts.createProgram([file], {
    strict: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts'],
    types: [],
  });
  const source = program.getSourceFile(file) ?? assert.fail(`there is no ${file}`);
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(source) ?? assert.fail(`${file} exports nothing`);
  return { program, checker, exported: checker.getExportsOfModule(symbol) };
}

/** Whether a declaration is the package's own, not the language's. @param {ts.Node} node */
const isOwn = (node) => node.getSourceFile().fileName.startsWith(folder);

/** All declarations that others name, from those exported on. @param {ReturnType<typeof opened>} opened */
function reachedFrom({ checker, exported }) {
  /** @type {Set<ts.Declaration>} */
  const declarations = new Set();
  /** @param {ts.Symbol | undefined} symbol */
  const enter = (symbol) => {
    const named = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    for (const declaration of named?.declarations ?? []) {
      if (declarations.has(declaration) || !isOwn(declaration)) continue;
      declarations.add(declaration);
      visit(declaration);
    }
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isIdentifier(node)) enter(checker.getSymbolAtLocation(node));
    ts.forEachChild(node, visit);
  };
  exported.forEach(enter);
  return declarations;
}

/** Where a node is, as file:line: text. @param {ts.Node} node */
function placeOf(node) {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName.slice(folder.length)}:${line + 1}: ${file.text.split('\n')[line].trim()}`;
}

/** @param {ts.Node} node @returns {ts.Node[]} */
const anysIn = (node) => [
  ...(node.kind === ts.SyntaxKind.AnyKeyword ? [node] : []),
  ...node.getChildren().flatMap(anysIn),
];

for (const entry of ENTRIES) {
  describe(`the types of ${entry}`, () => {
    const types = opened(entry);

    test('compile without the types of a page or of Node', () => {
      const found = ts.getPreEmitDiagnostics(types.program);
      assert.deepEqual(
        found.map(({ messageText, file }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
        [],
      );
    });

    test('have no any in them', () => {
      const reached = [...reachedFrom(types)];
      assert.ok(reached.length > 10, `${reached.length} declarations`);
      assert.deepEqual([...new Set(reached.flatMap(anysIn).map(placeOf))], []);
    });
  });
}

/** @param {string} text of a declaration @returns {ts.Node} */
const parsed = (text) => ts.createSourceFile('text.d.ts', text, ts.ScriptTarget.ES2022, true);

test('an any is found wherever it stands', () => {
  for (const text of ['let a: any', 'type B = Promise<any[]>', 'class C { d(e: { f?: any }): void }'])
    assert.equal(anysIn(parsed(text)).length, 1, text);
  assert.deepEqual(anysIn(parsed('/** any */ let any: string')), []);
});

/** The documentation that an editor shows. @param {ts.TypeChecker} checker @param {ts.Symbol} symbol */
const documentationOf = (checker, symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker));

describe('documentation that an editor shows', () => {
  const { checker, exported } = opened('index');
  /** @param {ts.Symbol} symbol */
  const typeOf = (symbol) => checker.getTypeOfSymbol(symbol);

  /** @param {ts.Symbol} symbol that may be another's name */
  const itself = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  /** The options of a function: the properties of its last parameter. @param {ts.Type} type */
  const optionsOf = (type) =>
    type.getCallSignatures().flatMap((signature) => {
      const last = signature.getParameters().at(-1);
      if (!last || !/^(options|taken)$/.test(last.name)) return [];
      const type = typeOf(last);
      const given = checker.isTupleType(type)
        ? checker.getTypeArguments(/** @type {ts.TypeReference} */ (type))[0]
        : type;
      return given ? checker.getNonNullableType(given).getProperties() : [];
    });

  /** Everything with a name that a program writes: functions, those in objects, methods and options. */
  const names = exported
    .filter((symbol) => symbol.flags & ts.SymbolFlags.Value || symbol.flags & ts.SymbolFlags.Alias)
    .flatMap((symbol) => {
      const value = itself(symbol);
      if (!(value.flags & ts.SymbolFlags.Value)) return [];
      const members =
        value.flags & ts.SymbolFlags.Class
          ? checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(value))
          : value.flags & ts.SymbolFlags.Function
            ? []
            : typeOf(value).getCallSignatures().length > 0
              ? []
              : checker.getPropertiesOfType(typeOf(value));
      const own = members.filter((member) => !member.name.startsWith('#') && (member.declarations ?? []).every(isOwn));
      return [
        ...(value.flags & (ts.SymbolFlags.NamespaceModule | ts.SymbolFlags.ValueModule)
          ? []
          : [{ path: symbol.name, symbol: value }]),
        ...own.map((member) => ({ path: `${symbol.name}.${member.name}`, symbol: itself(member) })),
      ];
    })
    .flatMap(({ path, symbol }) => [
      { path, symbol },
      ...optionsOf(typeOf(symbol)).map((option) => ({ path: `${path}: ${option.name}`, symbol: option })),
    ]);

  test('is there for every function, layer, callback, method and option', () => {
    assert.ok(names.length > 300, `${names.length} names`);
    const without = names.filter(({ symbol }) => documentationOf(checker, symbol) === '');
    assert.deepEqual(without.map(({ path }) => path).join('\n'), '');
  });
});
