import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { demoPassword } from './start-test-hub.ts';

/** A Chromium with a profile of its own, as a person at another desk has. */
export interface TestBrowser {
  readonly context: BrowserContext;
  /** Addresses asked for outside the hub, which must stay empty. */
  readonly outside: string[];
  /** Faults the page reported. */
  readonly faults: string[];
  close(): Promise<void>;
}

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const arguments_ = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(
  hubUrl: string,
  options: { width?: number; height?: number; dark?: boolean } = {},
): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'hub-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: arguments_,
    viewport: { width: options.width ?? 1366, height: options.height ?? 768 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
  });
  const outside: string[] = [];
  const faults: string[] = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== new URL(hubUrl).origin) outside.push(request.url());
  });
  context.on('weberror', (error) => faults.push(String(error.error())));
  return {
    context,
    outside,
    faults,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Signs in through the form and waits until the line is live. */
export async function signInAt(browser: TestBrowser, hubUrl: string, address: string): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(hubUrl);
  await page.getByTestId('sign-in-address').fill(address);
  await page.getByTestId('sign-in-password').fill(demoPassword);
  await page.getByTestId('sign-in-submit').click();
  await lineState(page, 'live').waitFor();
  return page;
}

export function lineState(page: Page, state: 'live' | 'reconnecting' | 'offline') {
  return page.locator(`[data-testid=line-state][data-state=${state}]`);
}
