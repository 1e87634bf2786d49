import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCompiled } from '@job-manager/engine/typescript-loader';
import { Router } from 'express';

/** Swagger UI. In a package its files are beside the code: the one that has them brings a program that reports each install. */
const SWAGGER_UI = isCompiled
  ? fileURLToPath(new URL('../../api-docs', import.meta.url))
  : dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];

const PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Job Manager API</title>
    <link rel="stylesheet" href="swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;
/** In a file of its own, for no script may stand in a page; the address is seen from the page, wherever we are mounted. */
const START = `SwaggerUIBundle({ url: '../openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

/** The page that shows `openapi.json`, which lies beside its folder. */
export function createApiDocs(): Router {
  const docs = Router({ caseSensitive: true, strict: true });
  docs.get('/', (_req, res) => res.type('html').send(PAGE));
  docs.get('/start.js', (_req, res) => res.type('js').send(START));
  for (const file of FILES) docs.get(`/${file}`, (_req, res) => res.sendFile(file, { root: SWAGGER_UI }));
  return docs;
}
