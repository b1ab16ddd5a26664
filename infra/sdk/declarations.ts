import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../dev/processes.ts';
import { type EmittedModule, readModule, referencesIn } from './emitted-module.ts';
import { comment, documentation, type Names, writeDeclared } from './plain-types.ts';
import { publicEntry } from './public-entry.ts';

const PROTOCOL = /^@parley\/protocol\/([\w-]+)$/;

/** A name and the module that it belongs to. */
interface Found {
  readonly name: string;
  readonly module: string;
}

/**
 * The declarations of a package in one file, as an outsider needs them: what its public entry reaches, without what is
 * `@internal`, and with the types of `@parley/protocol`, which are inferred of schemas, written out.
 *
 * @param entry file of the public entry
 * @throws {Error} where there are type errors, or two declarations have one name
 */
export function declarationsOf(entry: string): string {
  const program = ts.createProgram([entry], compilerOptions(path.dirname(path.dirname(entry))));
  const problems = ts.getPreEmitDiagnostics(program);
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, HOST));
  const modules = new Map<string, EmittedModule>();
  program.emit(
    undefined,
    (name, text) => modules.set(path.normalize(name), readModule(name, text)),
    undefined,
    true,
  );
  // What the protocol's types are called is only known once it is known which are needed.
  const needed = collect(program, entry, modules, new Map()).protocol;
  return collect(program, entry, modules, namesOf(program, needed)).text;
}

function collect(
  program: ts.Program,
  entry: string,
  modules: ReadonlyMap<string, EmittedModule>,
  names: Names,
): { text: string; protocol: Found[] } {
  const texts = new Map<string, { module: string; text: string }>();
  const protocol: Found[] = [];
  const external = new Map<string, Set<string>>();
  const types = new Set<string>();
  const protocolOf = new Map([...modules.values()].flatMap(({ imports }) => [...imports]));

  const add = ({ name, module }: Found): void => {
    const known = texts.get(name);
    if (known?.module === module) return;
    if (known !== undefined) throw new Error(`${name} is declared in ${known.module} and in ${module}.`);
    let text: string;
    const inPackage = modules.get(module);
    const [, protocolModule] = PROTOCOL.exec(module) ?? [];
    if (protocolModule !== undefined) {
      protocol.push({ name, module });
      types.add(name);
      text = alias(program, path.join(ROOT, `packages/protocol/src/${protocolModule}.ts`), name, names);
    } else if (inPackage !== undefined) {
      const declaration = inPackage.declarations.get(name);
      if (declaration === undefined) throw new Error(`${module} declares no ${name}.`);
      if (declaration.typeOnly) types.add(name);
      // What is computed of types that an outsider has is left as it is.
      const isOfProtocol = [...referencesIn(declaration.text)].some((reference) =>
        PROTOCOL.test(resolve(reference, module)?.module ?? ''),
      );
      text =
        declaration.computed && isOfProtocol
          ? alias(program, sourceOf(module), name, names)
          : declaration.text;
    } else {
      const from = publicEntry(module);
      external.set(from, (external.get(from) ?? new Set()).add(name));
      return;
    }
    texts.set(name, { module, text });
    for (const reference of referencesIn(text)) {
      const found = resolve(reference, module);
      if (found !== undefined) add(found);
    }
  };
  /** Where a name comes from that is used in a module: undefined for what the language or the browser has. */
  const resolve = (name: string, module: string): Found | undefined => {
    const scope = modules.get(module);
    if (scope?.declarations.has(name)) return { name, module };
    const from =
      scope?.imports.get(name) ?? ([...names.values()].includes(name) ? protocolOf.get(name) : undefined);
    if (from === undefined) return undefined;
    if (!from.startsWith('.')) return { name, module: from };
    const target = path.join(path.dirname(module), from.replace(/\.tsx?$/, '.d.ts'));
    return resolve(name, target);
  };

  const entryModule = entry.replace(/\.ts$/, '.d.ts');
  const { exported = [] } = modules.get(entryModule) ?? {};
  for (const { name } of exported) {
    const found = resolve(name, entryModule);
    if (found === undefined) throw new Error(`${entry} exports ${name}, which is nowhere.`);
    add(found);
  }
  const list = exported.map(({ name, typeOnly }) => (typeOnly || types.has(name) ? `type ${name}` : name));
  const imported = [...external].map(
    ([module, each]) => `import type { ${[...each].sort().join(', ')} } from '${module}';\n`,
  );
  const bodies = [...texts.values()].map(({ text }) => `${text}\n`);
  return { text: [...imported, ...bodies, `export { ${list.join(', ')} };\n`].join('\n'), protocol };
}

/** What the protocol's types are written as, the shorter first, so that the longer can name them. */
function namesOf(program: ts.Program, protocol: readonly Found[]): Names {
  const checker = program.getTypeChecker();
  const types = protocol.map(({ name, module }) => {
    const file = path.join(ROOT, `packages/protocol/src/${PROTOCOL.exec(module)?.[1]}.ts`);
    const type = checker.getDeclaredTypeOfSymbol(typeOf(program, file, name));
    return { name, type, length: writeDeclared(checker, type).length };
  });
  types.sort((a, b) => a.length - b.length || a.name.localeCompare(b.name));
  const names = new Map<string, string>();
  for (const { name, type } of types) {
    const written = writeDeclared(checker, type, names);
    // Of `string` nobody could say which name is meant.
    if (/[{|]/.test(written)) names.set(written, name);
  }
  return names;
}

/** A type alias, written out. */
function alias(program: ts.Program, file: string, name: string, names: Names): string {
  const checker = program.getTypeChecker();
  const symbol = typeOf(program, file, name);
  const text = writeDeclared(checker, checker.getDeclaredTypeOfSymbol(symbol), names);
  return `${comment(documentation(checker, symbol))}type ${name} = ${text};`;
}

/** What a module declares under a name, exported or not. */
function typeOf(program: ts.Program, file: string, name: string): ts.Symbol {
  const module = program.getSourceFiles().find(({ fileName }) => path.normalize(fileName) === file);
  const checker = program.getTypeChecker();
  const types = module && checker.getSymbolsInScope(module, ts.SymbolFlags.Type);
  const found = types?.find((type) => type.name === name);
  if (found === undefined) throw new Error(`${file} has no type ${name}.`);
  // In its module's scope, what is exported as a type and a value is a symbol that knows nothing of the type.
  return checker.getExportSymbolOfSymbol(found);
}

function sourceOf(module: string): string {
  const file = module.replace(/\.d\.ts$/, '.ts');
  return ts.sys.fileExists(file) ? file : `${file}x`;
}

const HOST: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => '\n',
};

function compilerOptions(folder: string): ts.CompilerOptions {
  const file = path.join(folder, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  return { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, stripInternal: true };
}
