import ts from 'typescript';

/** Types that are computed of others are written out where they are declared. */
const COMPUTED = /^(Omit|Pick|Extract|Exclude|Readonly)$/;

/** What a module of declarations holds, as `tsc` emits it. */
export interface EmittedModule {
  /** What it declares, by name. */
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Which module a name comes from, for names that it imports or passes on. */
  readonly imports: ReadonlyMap<string, string>;
  /** What it exports, of its own or of other modules. */
  readonly exported: readonly { readonly name: string; readonly typeOnly: boolean }[];
}

/** A declaration with the comment before it, without `export`. */
export interface Declaration {
  readonly text: string;
  /** Whether it is a type alias computed of other types. */
  readonly computed: boolean;
  /** Whether there is nothing of it at run time. */
  readonly typeOnly: boolean;
}

/** Takes the declarations of one module apart. @throws {Error} for forms that are not in use here */
export function readModule(file: string, text: string): EmittedModule {
  const declarations = new Map<string, Declaration>();
  const imports = new Map<string, string>();
  const exported: { name: string; typeOnly: boolean }[] = [];
  const parsed = parse(text);
  for (const statement of parsed.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) throw unsupported(file, statement);
      for (const { name, propertyName } of bindings.elements) {
        // What is public goes by one name: whoever used it under another would get no declaration of it.
        if (propertyName === undefined) imports.set(name.text, moduleOf(statement));
      }
    } else if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) throw unsupported(file, statement);
      for (const { name, propertyName, isTypeOnly } of exportClause.elements) {
        if (propertyName !== undefined) throw unsupported(file, statement);
        imports.set(name.text, moduleOf(statement));
        exported.push({ name: name.text, typeOnly: isTypeOnly || statement.isTypeOnly });
      }
    } else {
      for (const name of namesOf(statement)) {
        const computed = ts.isTypeAliasDeclaration(statement) && isComputed(statement.type);
        const typeOnly = ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement);
        const body = statement.getFullText().replace(/^export (declare )?/m, typeOnly ? '' : 'declare ');
        if (/^export /m.test(statement.getText())) exported.push({ name, typeOnly });
        declarations.set(name, { text: body.trim(), computed, typeOnly });
      }
    }
  }
  return { declarations, imports, exported };
}

/** The names of types and values that declarations refer to. */
export function referencesIn(text: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node)) names.add(leftmost(node.typeName));
    else if (ts.isTypeQueryNode(node)) names.add(leftmost(node.exprName));
    else if (ts.isExpressionWithTypeArguments(node)) names.add(node.expression.getText());
    ts.forEachChild(node, visit);
  };
  visit(parse(text));
  return names;
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('module.d.ts', text, ts.ScriptTarget.Latest, true);
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.Statement & { name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

function isComputed(type: ts.TypeNode): boolean {
  if (ts.isIndexedAccessTypeNode(type)) return true;
  return ts.isTypeReferenceNode(type) && COMPUTED.test(type.typeName.getText());
}

function leftmost(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : leftmost(name.left);
}

function moduleOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): string {
  const { moduleSpecifier } = statement;
  return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
}

function unsupported(file: string, statement: ts.Statement): Error {
  return new Error(`${file}: this form is not known here: ${statement.getText()}`);
}
