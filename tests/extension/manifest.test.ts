import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { release, test as forTests } from "../../extension/flags.ts";
import { apiPattern, browsers, manifest, permissions } from "../../extension/manifest.ts";

const shops = ["https://*.shop.example/*"];

it("never asks for more at install: an update that did would be switched off for everyone", () => {
  expect([...permissions]).toEqual(["storage", "unlimitedStorage", "alarms", "scripting", "activeTab"]);
  for (const browser of browsers) {
    expect(manifest(browser, release, "1.0", shops)).toMatchObject({
      permissions: ["storage", "unlimitedStorage", "alarms", "scripting", "activeTab"],
      host_permissions: ["http://127.0.0.1/*"],
      optional_host_permissions: ["http://*.localhost/*", "https://*.shop.example/*", "https://*/*"],
    });
  }
});

it.each(browsers)("lets no page see a file and no other host be asked in %s", (browser) => {
  const made = manifest(browser, release, "1.0", shops) as Record<string, never>;
  expect(made).not.toHaveProperty("web_accessible_resources");
  expect(made).not.toHaveProperty("content_scripts");
  expect(made.content_security_policy).toEqual({
    extension_pages: expect.stringContaining("default-src 'none'; script-src 'self'"),
  });
  expect(JSON.stringify(made.content_security_policy)).toContain("connect-src http://127.0.0.1:8765 https:;");
});

it("gives tests the shops at install", () => {
  expect(manifest("chromium", forTests, "1.0", shops)).toMatchObject({
    host_permissions: ["http://127.0.0.1/*", "http://*.localhost/*", "https://*.shop.example/*", "https://*/*"],
  });
});

it("tells Firefox that no data is collected", () => {
  expect(manifest("firefox", release, "1.0", shops)).toMatchObject({
    browser_specific_settings: { gecko: { strict_min_version: "142.0", data_collection_permissions: { required: ["none"] } } },
  });
});

it("names a host without its port, which Firefox does not know in patterns", () => {
  expect(apiPattern("https://api.example:8443")).toBe("https://api.example/*");
});

it("makes requests in known places only, always without cookies and without saying where from", () => {
  const root = new URL("../../extension/src/", import.meta.url);
  const asking = globSync("**/*.ts", { cwd: fileURLToPath(root) }).filter((path) => /\bfetch\(|XMLHttpRequest|sendBeacon|WebSocket|EventSource/.test(readFileSync(new URL(path, root), "utf8")));
  expect(asking.sort()).toEqual(["background/score.ts", "cases.ts", "copy.ts", "pages/send.ts"]);
  for (const path of asking) {
    const calls = readFileSync(new URL(path, root), "utf8").split("fetch(").slice(1);
    for (const call of calls) expect(call.slice(0, 400), path).toMatch(/credentials: "omit",\s+referrerPolicy: "no-referrer"/);
  }
});
