import type { OpenAPIHono } from '@hono/zod-openapi';
import { problemResponse } from '../problem-response.ts';
import { webrtcConfig } from '../settings.ts';
import type { ApiTypes } from './api-route.ts';

const DESCRIPTION = `Rooms, who is in them, and what moderators do.

Errors are problem documents (RFC 9457) with a stable \`code\` and a \`detail\` that says what to do next. Times are milliseconds since
the epoch, bitrates bit/s. With \`security.require_auth\` every request needs an access token.`;

/** Serves the document of an API's routes, OpenAPI 3.1, and a page to browse it. */
export function documentApi(api: OpenAPIHono<ApiTypes>): void {
  const { auth_token_header, require_auth } = webrtcConfig.security;
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'header', {
    type: 'apiKey',
    in: 'header',
    name: auth_token_header,
  });
  api.get('/api/openapi.json', (c) =>
    c.json(
      api.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Parley',
          version: '1',
          description: DESCRIPTION,
          license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
        },
        // Where the document is: the Worker may be known by another name outside.
        servers: [{ url: '/' }],
        // Without any, while none is required.
        security: [...(require_auth ? [] : [{}]), { bearer: [] }, { header: [] }],
      }),
    ),
  );
  for (const [path, allowed] of methodsByPath(api)) {
    // Behind the routes themselves: what gets here has another method.
    api.all(path, () => {
      const response = problemResponse('method_not_allowed', `This address takes ${allowed.join(', ')}.`);
      response.headers.set('Allow', allowed.join(', '));
      return response;
    });
  }
  // The page build has the files of swagger-ui-dist beside the page's own.
  api.get('/api/docs', (c) => c.redirect('/api-docs/'));
}

function methodsByPath(api: OpenAPIHono<ApiTypes>): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const definition of api.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const path = definition.route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    methods.set(path, [...(methods.get(path) ?? []), definition.route.method.toUpperCase()]);
  }
  return methods;
}
