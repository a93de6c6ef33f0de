import type { Flags } from "./flags.ts";

export const browsers = ["chromium", "firefox"] as const;
export type Browser = (typeof browsers)[number];

/** Asking for more later would make browsers disable the extension for everyone: a test freezes this list. */
export const permissions = ["storage", "unlimitedStorage", "alarms", "scripting", "activeTab"] as const;

/** One origin of these at a time is asked for, when its visitor wants the mark in an independent shop. */
export const independentShops = ["https://*/*", "http://*.localhost/*"] as const;

/** Chromium checks Ed25519 signatures since 137; Firefox for Android reads what is said of data collection since 142. */
const MINIMUM = { chromium: "137", firefox: "142.0" } as const;
const ICON_SIZES = [16, 32, 48, 128] as const;

/**
 * The manifest of one browser.
 *
 * @param shops match patterns of the platforms that Caveat has rules for
 */
export function manifest(browser: Browser, flags: Flags, version: string, shops: readonly string[]): object {
  const optional = [...new Set([...shops, ...independentShops])].sort();
  const icons = Object.fromEntries(ICON_SIZES.map((size) => [size, `icons/${size}.png`]));
  return {
    manifest_version: 3,
    name: "__MSG_name__",
    version,
    description: "__MSG_description__",
    default_locale: "en",
    icons,
    action: { default_title: "Caveat", default_popup: "pages/popup.html", default_icon: icons },
    options_ui: { page: "pages/options.html", open_in_tab: true },
    permissions: [...permissions],
    host_permissions: [apiPattern(flags.apiOrigin), ...(flags.grantShops ? optional : [])],
    optional_host_permissions: optional,
    content_security_policy: { extension_pages: policy(flags) },
    ...own(browser),
  };
}

/** Firefox knows no port in a match pattern, so both browsers get the host without it. */
export function apiPattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/**
 * Spelled out because Firefox's default would turn a loopback API's http into https. All of https has to stand
 * here, for a manifest cannot know the publishers that users will name; what keeps us from others is that their
 * answers cannot be read without a permission, and that requests are made in four places only (a test counts them).
 */
function policy({ apiOrigin, grantShops }: Flags): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${apiOrigin} https:${grantShops ? " http://*.localhost:*" : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function own(browser: Browser): object {
  if (browser === "chromium") {
    return { minimum_chrome_version: MINIMUM.chromium, background: { service_worker: "background.js", type: "module" } };
  }
  return {
    background: { scripts: ["background.js"], type: "module" },
    browser_specific_settings: {
      gecko: {
        id: "caveat@caveat.example",
        strict_min_version: MINIMUM.firefox,
        data_collection_permissions: {
          required: ["none"],
          optional: ["personallyIdentifyingInfo", "personalCommunications"],
        },
      },
    },
  };
}

export { ICON_SIZES, MINIMUM };
