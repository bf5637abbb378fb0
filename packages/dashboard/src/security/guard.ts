import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';

/** Bytes of a form, at most. */
const mostBytes = 16 * 1024;
const formType = /^application\/x-www-form-urlencoded(;|$)/i;

/**
 * Refuses what does not ask for a loopback name with our port: a page whose own name was made to point at this machine
 * (DNS rebinding).
 */
export const loopbackOnly =
  (port: () => number): MiddlewareHandler =>
  async (c, next) => {
    const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port()}`);
    if (!names.includes(c.req.header('host') ?? '')) return c.text('Not a name of this machine.', 421);
    await next();
  };

/**
 * Refuses requests that change something unless our own page made them. Browsers set both headers, and no page can set
 * them otherwise; `same-site` is another port of this machine.
 */
export const ownPagesOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  if (c.req.method !== 'POST') return c.text('Only GET and POST.', 405, { Allow: 'GET, HEAD, POST' });
  const own = `http://${c.req.header('host')}`;
  const site = c.req.header('sec-fetch-site') ?? 'same-origin';
  if (c.req.header('origin') !== own || site !== 'same-origin')
    return c.text('Only pages of the dashboard may ask for this.', 403);
  if (!formType.test(c.req.header('content-type') ?? '')) return c.text('Only forms.', 415);
  await next();
};

export const limitedBody = bodyLimit({ maxSize: mostBytes, onError: (c) => c.text('Too long.', 413) });

const nothing = ["'none'"];
const ourselves = ["'self'"];

/** Nothing from elsewhere, nothing inline, no frame around it, and nothing of it in caches or other sites' windows. */
export const pageHeaders: MiddlewareHandler[] = [
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: nothing,
      scriptSrc: ourselves,
      styleSrc: ourselves,
      imgSrc: ourselves,
      connectSrc: ourselves,
      formAction: ourselves,
      frameAncestors: nothing,
      baseUri: nothing,
    },
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
    // Without any, browsers hide the origin of forms, which is checked.
    referrerPolicy: 'same-origin',
    // No certificate on loopback.
    strictTransportSecurity: false,
    xFrameOptions: 'DENY',
  }),
  async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
  },
];
