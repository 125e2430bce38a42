import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoAxeFaults } from '#support/axe.ts';
import { openBrowser, signInAt, type TestBrowser } from '#support/browser.ts';
import { eventually } from '#support/eventually.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { readMailbox } from '#support/read-inbox.ts';
import { submitTo } from '#support/send-mail.ts';
import { administrator, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const subject = 'Kính chuyển báo cáo quý I';
const marked = '<img src=x onerror="document.title=1"><b>in đậm</b>';

describe('the page of mail to the outside', () => {
  let hub: TestHub;
  let rows: HubRows;
  let senderBrowser: TestBrowser;
  let adminBrowser: TestBrowser;
  let senderPage: Page;
  let adminPage: Page;

  beforeAll(async () => {
    hub = await startTestHub();
    rows = await openHubRows(hub);
    [senderBrowser, adminBrowser] = await Promise.all([openBrowser(hub.url), openBrowser(hub.url)]);
    senderPage = await signInAt(senderBrowser, hub.url, official);
    adminPage = await signInAt(adminBrowser, hub.url, administrator);
  });
  afterAll(async () => {
    await senderBrowser?.close();
    await adminBrowser?.close();
    await rows?.close();
    await hub?.remove();
  });

  const row = (page: Page, recipient: string) =>
    page.getByTestId('outbound-row').filter({ hasText: recipient });

  it('says what it is for while nothing has been caught', async () => {
    await senderPage.getByTestId('place-outbound').click();
    await senderPage.getByTestId('outbound-empty').waitFor();
    await expectNoAxeFaults(senderPage);
  });

  it('shows what its sender sent as soon as it is caught, and reads it as text', async () => {
    await submitTo(hub, {
      from: official,
      to: ['so@outside.example'],
      subject,
      text: `Kính gửi.\n${marked}`,
    });
    await row(senderPage, 'so@outside.example').getByTestId('outbound-read').click();
    await senderPage.getByTestId('outbound-text').filter({ hasText: marked }).waitFor();
    expect(await senderPage.getByTestId('outbound-panel').locator('img, b').count()).toBe(0);
    expect(await senderPage.getByTestId('outbound-panel').textContent()).toContain(subject);
    const [download] = await Promise.all([
      senderPage.waitForEvent('download'),
      senderPage.getByTestId('outbound-download').click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^\d+\.eml$/u);
    await expectNoAxeFaults(senderPage);
    await senderPage.keyboard.press('Escape');
    await senderPage.getByTestId('outbound-panel').waitFor({ state: 'detached' });
    expect(await senderPage.locator(':focus').textContent()).toBe('Đọc');
  });

  it('H1 shows an administrator that it left, without its subject and nothing to read', async () => {
    await adminPage.getByTestId('place-outbound').click();
    const seen = row(adminPage, 'so@outside.example');
    await seen.waitFor();
    expect(await seen.textContent()).toContain(official);
    expect(await seen.textContent()).not.toContain(subject);
    expect(await seen.getByTestId('outbound-read').count()).toBe(0);
    await adminPage.goto(
      `${hub.url}/mail/outbound?open=${(await rows.query<{ id: number }>('select id from outbound_delivery'))[0]?.id}`,
    );
    await adminPage.getByTestId('outbound-panel').getByRole('alert').waitFor();
    expect(await adminPage.content()).not.toContain(subject);
    await adminPage.keyboard.press('Escape');
  });

  it('lets an administrator hold, send and cancel what waits, with a notice to its sender', async () => {
    await submitTo(hub, { from: official, to: ['tempfail@rehearsal.example'], subject: 'Chưa gửi được' });
    await eventually(async () =>
      expect(
        await rows.query(`select 1 from outbound_delivery where state = 'queued' and attempts = 1`),
      ).toHaveLength(1),
    );
    await adminPage.goto(`${hub.url}/mail/outbound?tab=waiting`);
    const waiting = row(adminPage, 'tempfail@rehearsal.example');
    await waiting.getByTestId('outbound-hold').click();
    const held = adminPage.locator('[data-testid=outbound-row][data-state=held]');
    await held.waitFor();
    await expectNoAxeFaults(adminPage);
    await held.getByTestId('outbound-retry').click();
    await adminPage.locator('[data-testid=outbound-row][data-state=queued]').waitFor();
    await eventually(async () =>
      expect(await rows.query('select 1 from outbound_delivery where attempts = 2')).toHaveLength(1),
    );
    await waiting.getByTestId('outbound-cancel').click();
    await expectNoAxeFaults(adminPage);
    expect(await adminPage.getByTestId('outbound-notice').isChecked()).toBe(true);
    await adminPage.getByTestId('outbound-cancel-confirm').click();
    await waiting.waitFor({ state: 'detached' });
    const reports = (await readMailbox(hub, official)).filter(({ from }) =>
      from.startsWith('MAILER-DAEMON@'),
    );
    expect(
      reports.map(({ source }) => source.includes('Final-Recipient: rfc822; tempfail@rehearsal.example')),
    ).toEqual([true]);
  });

  it.each([
    [1366, 768, false, 'vi'],
    [1366, 768, true, 'en'],
    [360, 740, false, 'en'],
    [360, 740, true, 'vi'],
  ] as const)('is whole at %i×%i, dark %s, %s', async (width, height, dark, language) => {
    await submitTo(hub, {
      from: official,
      to: ['phongnongnghiepvaphattriennongthon@huyenhamthuanbac.outside.example'],
      subject: `${subject} của Phòng Nông nghiệp và Phát triển nông thôn huyện Hàm Thuận Bắc`,
      html: '<p>Xem <a href="https://outside.example">ở đây</a></p>',
    });
    const browser = await openBrowser(hub.url, { width, height, dark });
    try {
      const page = await signInAt(browser, hub.url, official);
      await page.evaluate((name) => localStorage.setItem('chidao.language', name), language);
      for (const address of ['/mail/outbound', '/mail/outbound?tab=waiting']) {
        await page.goto(`${hub.url}${address}`);
        await page.locator('[data-testid=outbound-row], .mail-empty').first().waitFor();
        await expectWhole(page);
      }
      await page.goto(`${hub.url}/mail/outbound`);
      await page.getByTestId('outbound-read').first().click();
      await page.getByTestId('outbound-text').waitFor();
      await page.locator('.outbound-headers summary').click();
      await expectWhole(page);
      expect(browser.faults).toEqual([]);
      expect(browser.outside).toEqual([]);
      // The administrator's queue, with all that can be done.
      await submitTo(hub, { from: official, to: ['tempfail@rehearsal.example'], subject });
      await page.getByTestId('sign-out').click();
      const own = await signInAt(browser, hub.url, administrator);
      await own.goto(`${hub.url}/mail/outbound?tab=waiting`);
      await own.getByTestId('outbound-hold').first().waitFor();
      await expectWhole(own);
      await own.getByTestId('outbound-cancel').first().click();
      await expectWhole(own);
    } finally {
      await browser.close();
    }
  });
});

/** No fault of axe, and nothing that is wider than the screen. */
async function expectWhole(page: Page): Promise<void> {
  await expectNoAxeFaults(page);
  const wider = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(wider).toBe(0);
}
