import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Scalar } from '@scalar/hono-api-reference'
import { gzipWish } from '../http/conventions/contentCoding.ts'
import { loadApiGuide } from '../http/docs/documentedExamples.ts'
import { openapiDocument } from '../http/docs/openapiDocument.ts'
import { loadScalarScript } from '../http/docs/scalarScript.ts'
import type { ApiApp } from './apiRoute.ts'

const scriptPath = '/docs/scalar.js'

/** The reference adds its own styles, and may send requests to this origin only. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The document, which is made from the schemas that validate requests, and a page that shows it without a network. */
export const routeReference = (app: ApiApp): void => {
  let document: string | undefined
  app.get('/openapi.json', (context) => {
    document ??= JSON.stringify(openapiDocument(app, loadApiGuide()))
    return context.body(document, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache' })
  })

  // Without web fonts, telemetry and the remote agent: nothing leaves the machine.
  const page = Scalar({
    url: '/openapi.json',
    pageTitle: 'Pattern Dashboard API',
    cdn: scriptPath,
    bundle: false,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    // Without links to the vendor's own services.
    showDeveloperTools: 'never',
    hideClientButton: true,
    customCss: 'a[href^="https://scalar.com"] { display: none }',
    favicon: 'data:,',
  } as Parameters<typeof Scalar>[0])
  app.get('/docs', async (context, next) => {
    const response = (await page(context as never, next)) as Response
    response.headers.set('content-security-policy', contentPolicy)
    return response
  })
  let script: Promise<Buffer> | undefined
  app.get(scriptPath, async (context) => {
    const headers = {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=86400',
      vary: 'Accept-Encoding',
    }
    if (gzipWish(context.req.header('accept-encoding')) === 'unwanted')
      return context.body(await loadScalarScript(), 200, headers)
    // Loaded when the reference is first opened: it is 4 MB.
    script ??= loadScalarScript().then((text) => promisify(gzip)(text))
    const zipped = (await script) as Uint8Array<ArrayBuffer>
    return context.body(zipped, 200, { ...headers, 'content-encoding': 'gzip' })
  })
}
