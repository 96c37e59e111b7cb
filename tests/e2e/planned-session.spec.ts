/**
 * A planned class in eight browsers: a host, a co-host with a phone, and six students. Its steps are what
 * `npm run evidence:classroom` records.
 */
import type { Page } from '@playwright/test';
import { expectNoViolations } from './support/accessible.ts';
import { join, expectBoard, chooseRecipe, run, submitButton } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

/** Saves a plan of four activities. Each new one opens at its title. */
async function makePlan(host: Page): Promise<void> {
  await host.goto('/host/plans');
  await button(host, 'New plan').click();
  await host.getByLabel('Title of the plan').fill('Fine-tuning on a Wednesday');
  for (const [kind, title] of [
    ['Lesson section', 'Read'],
    ['Free lab', 'Try'],
    ['Challenge', 'Compete'],
    ['Discussion', 'Talk'],
  ] as const) {
    await button(host, kind).click();
    await expect(host.getByLabel('Title', { exact: true })).toBeFocused();
    await host.keyboard.press('ControlOrMeta+A');
    await host.keyboard.type(title);
  }
  await button(host, 'Save plan').click();
  await expect(host.getByText('Saved.', { exact: true })).toBeVisible();
}

async function beginSession(host: Page): Promise<string> {
  await host.goto('/host');
  await host.getByLabel('Plan', { exact: true }).selectOption('Fine-tuning on a Wednesday');
  await button(host, 'Create session').click();
  await host.waitForURL(/\/host\/[0-9A-Z]{6}$/);
  return new URL(host.url()).pathname.split('/').at(-1)!;
}

async function signUp(page: Page, username: string): Promise<void> {
  await page.goto('/signup');
  await page.getByLabel(/^user ?name/i).fill(username);
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('main').getByRole('button').first().click();
  await expect(page.getByRole('link', { name: username })).toBeVisible();
}

test('a planned session: read, try, compete, talk (S-26, S-27, S-29, S-30, S-31, S-34, S-35)', async ({
  instructor: host,
  person,
}) => {
  test.setTimeout(480_000);
  const [ann, ben, cleo, dan, eva, finn] = (await Promise.all(
    ['Ann', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'].map(person),
  )) as [Page, Page, Page, Page, Page, Page];
  const students = [ann, ben, cleo, dan, eva, finn];
  const helper = await person('Grace');
  await helper.setViewportSize({ width: 390, height: 844 });
  await ann.setViewportSize({ width: 390, height: 844 });
  let code = '';

  await test.step('the host makes a plan, begins with it, and six students join', async () => {
    await makePlan(host);
    code = await beginSession(host);
    for (const [index, page] of students.entries())
      await join(page, code, ['Ann', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'][index]!);
    await expect(host.getByText('Eva').first()).toBeVisible();
  });

  await test.step('the class follows to the lesson section', async () => {
    await button(host, 'Next: Read').click();
    for (const page of students) await expect(heading(page, 'Read')).toBeVisible();
    await expect(button(ann, 'Next activity')).toHaveCount(0);
    await expectNoViolations(ann);
  });

  await test.step('the host edits the plan while the class is at it, and keeps it (S-23, S-24)', async () => {
    await host.getByText('Edit the plan').click();
    await button(host, 'Poll').click();
    await host.getByLabel('Title', { exact: true }).fill('Ask');
    await button(host, 'Save changes').click();
    await expect(button(host, 'Go to Ask')).toBeVisible();
    await button(host, 'Keep this plan').click();
    await expect(host.getByText('Kept among', { exact: false })).toBeVisible();
    await host.getByText('Edit the plan').click();
    await expect(heading(ann, 'Read')).toBeVisible();
  });

  await test.step('pacing: students may roam, and are called back', async () => {
    await host
      .getByLabel('Pacing', { exact: true })
      .selectOption('Students roam in the whole plan');
    await button(ben, 'Next activity').click();
    await expect(heading(ben, 'Try')).toBeVisible();
    await expect(heading(ann, 'Read')).toBeVisible();
    await expectNoViolations(ben);
    await host.getByLabel('Pacing', { exact: true }).selectOption('Students follow you');
    await expect(heading(ben, 'Read')).toBeVisible();
  });

  await test.step('free lab: a recipe sent to every lab is taken over with one press', async () => {
    await button(host, 'Next: Try').click();
    await expect(button(ann, 'Run')).toBeEnabled();
    await host.getByText('Send a recipe to every lab').click();
    await host.getByLabel('Method to send').selectOption('Head only');
    await button(host, 'Send Head only').click();
    await button(ann, 'Use this recipe').click();
    // On a phone the recipe is folded away under its name.
    await expect(button(ann, 'Recipe: Head only')).toBeVisible();
    await expect(cleo.getByText(/Your instructor sent a recipe/)).toBeVisible();
    await expect(cleo.getByRole('radio', { name: 'Head' })).not.toBeChecked();
  });

  await test.step('spotlight: a run of a student who agreed is shown and forked', async () => {
    await host.getByText(/Show a student’s run/).click();
    await expect(host.getByText('Nobody has agreed yet', { exact: false })).toBeVisible();
    await ann.getByRole('switch', { name: 'My runs may be shown to the class' }).click();
    await button(ann, 'Recipe: Head only').click();
    await ann.getByLabel('Steps', { exact: true }).fill('12');
    await button(ann, 'Run').click();
    await button(host, 'Show Ann’s run').click({ timeout: 120_000 });
    await expect(ann.getByText('Your run is on the screen')).toBeVisible();
    await button(ben, 'Fork this recipe').click();
    await expect(ben.getByLabel('Steps', { exact: true })).toHaveValue('12');
    const screen = await host.context().newPage();
    await screen.goto(`/host/${code}/screen`);
    await expect(screen.getByText('Ann’s run')).toBeVisible();
    await screen.close();
    await button(host, 'Take it off the screen').click();
    await expect(button(ben, 'Fork this recipe')).toHaveCount(0);
  });

  await test.step('challenge: a round, a locked knob, a pause, more time', async () => {
    await button(host, 'Next: Compete').click();
    await button(host, 'Start round').click();
    await expect(button(dan, 'Run')).toBeEnabled();
    await host.getByText('Lock knobs').click();
    await host.getByLabel('Rank to lock').fill('2');
    await host.keyboard.press('Tab');
    await button(host, 'Lock rank').click();
    const rank = dan.getByRole('slider', { name: 'LoRA rank', exact: true });
    await expect(rank).toBeDisabled();
    await expect(rank).toHaveValue('2');
    await button(host, 'Eyes up').click();
    await expect(button(dan, 'Run')).toBeDisabled();
    await button(host, 'Resume').click();
    await expect(button(dan, 'Run')).toBeEnabled();
    await button(host, '+5 min').click();
    await expect(dan.getByText(/^[45]:\d\d/)).toBeVisible();
    await chooseRecipe(dan, { method: 'LoRA', steps: 12 });
    await run(dan);
    await submitButton(dan).click();
    await expectBoard(dan, [{ nickname: 'Dan', status: 'verified' }], 90_000);
    // On the screen it stands before the board, for as long as the host wants it there.
    await button(host, 'Show Ann’s run').click();
    const screen = await host.context().newPage();
    await screen.goto(`/host/${code}/screen`);
    await expect(screen.getByText('Ann’s run')).toBeVisible();
    await expect(button(ben, 'Fork this recipe')).toBeVisible();
    await screen.close();
  });

  await test.step('names are hidden from the class, and a student is removed', async () => {
    await host.getByRole('switch', { name: 'Hide names from the class' }).click();
    await expectBoard(eva, [{ nickname: 'Student 4', status: 'verified' }]);
    await expectBoard(dan, [{ nickname: 'Student 4', status: 'verified' }]);
    await host.getByRole('button', { name: /^Finn, / }).click();
    await host.getByText('Rename or remove Finn').click();
    await button(host, 'Remove Finn').click();
    await expect(
      finn.getByText('Your instructor has closed your seat in this session.'),
    ).toBeVisible();
  });

  await test.step('the host reloads, and the class is as it was', async () => {
    await host.reload();
    await expect(host.getByText('Now: Compete')).toBeVisible();
    await expect(button(host, 'End round')).toBeEnabled();
    await expect(host.getByText('Locked: rank 2')).toBeVisible();
    await expectBoard(host, [{ nickname: 'Dan', status: 'verified' }]);
    await expectNoViolations(host);
  });

  await test.step('a co-host takes over with a phone and moves the class on', async () => {
    await host.getByText(/^Hosts: ada/).click();
    await button(host, 'Invite a co-host').click();
    const path = new URL(await host.getByText(/\/cohost\//).innerText()).pathname;
    await signUp(helper, 'grace');
    await helper.goto(path);
    await button(helper, 'Help to host').click();
    await helper.waitForURL(`**/host/${code}`);
    await expect(button(helper, 'End round')).toBeDisabled();
    await button(helper, 'Take the lead').first().click();
    await expect(host.getByText('grace leads the class')).toBeVisible();
    await button(helper, 'Next: Talk').click();
    await expect(heading(eva, 'Talk')).toBeVisible();
    await expect(eva.getByText('What surprised you', { exact: false })).toBeVisible();
    await expect(button(ben, 'Fork this recipe')).toHaveCount(0);
    await expectNoViolations(helper);
  });

  await test.step('of two hosts who edit the plan at once neither overwrites the other unasked (S-34)', async () => {
    await host.getByText('Edit the plan').click();
    await button(host, 'Discussion').click();
    await host.getByLabel('Title', { exact: true }).fill('Mine');
    await helper.getByText('Edit the plan').click();
    await button(helper, 'Discussion').click();
    await helper.getByLabel('Title', { exact: true }).fill('Theirs');
    await button(helper, 'Save changes').click();
    await expect(
      host.getByText('The plan was saved from another page', { exact: false }),
    ).toBeVisible();
    await expect(button(host, 'Save changes')).toBeDisabled();
    await expectNoViolations(host);
    await button(host, 'Take the other version').click();
    await expect(button(host, 'Go to Theirs')).toBeVisible();
    await expect(host.getByText('Mine', { exact: true })).toHaveCount(0);
  });

  await test.step('a hand is raised and seen', async () => {
    await button(eva, 'Raise my hand').click();
    await button(helper, 'Seen, take Eva’s hand down').click();
    await expect(button(eva, 'Raise my hand')).toBeVisible();
  });

  await test.step('what came of the round is still there', async () => {
    await button(helper, 'End session').click();
    await button(helper, 'End it now').click();
    await expect(heading(dan, 'The session has ended')).toBeVisible();
    await expect(dan.getByText(/Verified/).first()).toBeVisible();
  });
});
