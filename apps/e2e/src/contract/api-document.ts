import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
}

interface Response {
  description: string;
  content?: Record<string, { schema: object }>;
}

/** One method of one address, as the server's document describes it. */
export interface Operation {
  id: string;
  method: string;
  /** With `{parameters}`. */
  path: string;
  parameters: Parameter[];
  hasBody: boolean;
  responses: Record<string, Response>;
}

interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        parameters?: Parameter[];
        requestBody?: object;
        responses: Record<string, Response>;
      }
    >
  >;
  components: object;
}

/** The server's own description of its API (OpenAPI 3.1), and a check of answers against it. */
export class ApiDocument {
  readonly operations: Operation[];
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<object, ValidateFunction>();

  private constructor(document: Document) {
    this.#ajv = new Ajv2020({ strict: false, validateFormats: false });
    this.#ajv.addSchema({ $id: 'document', ...document });
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        hasBody: operation.requestBody !== undefined,
        responses: operation.responses,
      })),
    );
  }

  static async fetch(url: string): Promise<ApiDocument> {
    return new ApiDocument((await (await fetch(`${url}/api/openapi.json`)).json()) as Document);
  }

  /** What an answer has that the document does not say of it; nothing when it is as described. */
  objections(operation: Operation, status: number, contentType: string, text: string): string[] {
    const described = operation.responses[String(status)];
    if (described === undefined) return [`status ${status} is not described`];
    if (described.content === undefined) return text === '' ? [] : ['has a body, which is not described'];
    const [type] = contentType.split(';');
    const content = described.content[type ?? ''];
    if (content === undefined) return [`content type ${contentType} is not described`];
    const body: unknown = JSON.parse(text);
    const objections: string[] = [];
    const validate = this.#validatorOf(content.schema);
    if (!validate(body)) objections.push(this.#ajv.errorsText(validate.errors));
    if (type === 'application/problem+json') {
      const { code } = body as { code: string };
      if (!described.description.includes(`\`${code}\``)) objections.push(`code ${code} is not described`);
    }
    return objections;
  }

  #validatorOf(schema: object): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema).replaceAll('"#/', '"document#/');
    const validate = this.#ajv.compile(JSON.parse(text) as object);
    this.#validators.set(schema, validate);
    return validate;
  }
}
