/* global SwaggerUIBundle */
SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayOperationId: false,
  // Tokens are typed in here for a try, and forgotten with the page.
  persistAuthorization: false,
  validatorUrl: null,
});
