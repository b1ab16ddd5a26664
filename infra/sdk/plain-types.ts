import ts from 'typescript';

/** Names of types, by the text that the type is written as. */
export type Names = ReadonlyMap<string, string>;

/**
 * Writes out what a declared type is computed to: of objects the members with their comments, and `names` for the types
 * below it that have one.
 */
export function writeDeclared(checker: ts.TypeChecker, type: ts.Type, names: Names = new Map()): string {
  const named = type.isClassOrInterface() || hasMembers(checker, type);
  return named ? writeMembers(checker, type, names) : writeType(checker, type, names);
}

function writeType(checker: ts.TypeChecker, type: ts.Type, names: Names): string {
  const whole = (inner: ts.Type): string => {
    const text = writeType(checker, inner, names);
    return names.get(text) ?? text;
  };
  if (type.isUnion()) return writeUnion(checker, type, whole);
  if (checker.isArrayType(type)) {
    const text = checker
      .getTypeArguments(type as ts.TypeReference)
      .map(whole)
      .join();
    const mark = type.symbol.name === 'ReadonlyArray' ? 'readonly ' : '';
    return `${mark}${/^[^{]* [|&]/.test(text) ? `(${text})` : text}[]`;
  }
  if (hasMembers(checker, type)) return writeMembers(checker, type, names);
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
}

/** Whether it is an object without a name of its own. */
function hasMembers(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.isIntersection()) return true;
  if ((type.flags & ts.TypeFlags.Object) === 0 || checker.isTupleType(type) || checker.isArrayType(type)) {
    return false;
  }
  return !type.isClassOrInterface() && type.getCallSignatures().length === 0 && !isReference(type);
}

/** Whether it is another's instance, such as `Map<string, number>`. */
function isReference(type: ts.Type): boolean {
  return ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
}

function writeMembers(checker: ts.TypeChecker, type: ts.Type, names: Names): string {
  const whole = (inner: ts.Type): string => {
    const text = writeType(checker, inner, names);
    return names.get(text) ?? text;
  };
  const members = checker.getPropertiesOfType(type).map((property) => {
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const value = checker.getTypeOfSymbol(property);
    const text = whole(optional ? checker.getNonNullableType(value) : value);
    const name = /^[A-Za-z_]\w*$/.test(property.name) ? property.name : JSON.stringify(property.name);
    return `${comment(documentation(checker, property))}${name}${optional ? '?' : ''}: ${text};`;
  });
  const indexes = checker
    .getIndexInfosOfType(type)
    .map(({ keyType, type: value }) => `[key: ${checker.typeToString(keyType)}]: ${whole(value)};`);
  const lines = [...members, ...indexes].join('\n');
  return lines === '' ? '{}' : `{\n${lines.replaceAll(/^/gm, '  ')}\n}`;
}

function writeUnion(checker: ts.TypeChecker, type: ts.UnionType, whole: (type: ts.Type) => string): string {
  const isBoolean = (member: ts.Type) => (member.flags & ts.TypeFlags.BooleanLiteral) !== 0;
  const others = type.types
    .filter((member) => !isBoolean(member))
    .map((member) => (member.getCallSignatures().length > 0 ? `(${whole(member)})` : whole(member)));
  const booleans = type.types.filter(isBoolean).map((member) => checker.typeToString(member));
  return [...others, ...(booleans.length === 2 ? ['boolean'] : booleans)].join(' | ');
}

/** What is said of a symbol: by its comment, else by its schema. */
export function documentation(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const written = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  if (written !== '') return written;
  return symbol.declarations?.map(described).find((text) => text !== '') ?? '';
}

/** The text of the last `.describe(…)` of a schema. */
function described(declaration: ts.Declaration): string {
  if (!ts.isPropertyAssignment(declaration)) return '';
  let node: ts.Expression = declaration.initializer;
  while (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const [text] = node.arguments;
    const is = node.expression.name.text === 'describe';
    if (is && text !== undefined && ts.isStringLiteralLike(text)) return text.text;
    node = node.expression.expression;
  }
  return '';
}

/** A doc comment and a line's end, or nothing. */
export function comment(text: string): string {
  if (text === '') return '';
  return text.includes('\n')
    ? `/**\n * ${text.trim().replaceAll('\n', '\n * ')}\n */\n`
    : `/** ${text.trim()} */\n`;
}
