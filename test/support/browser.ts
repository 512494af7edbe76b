import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { z } from "zod";

const Given = z.object({
    executablePath: z.string(),
    env: z.record(z.string(), z.string()),
    args: z.array(z.string()),
});

/** The browser of the test run (`CICD_TEST_CHROMIUM`); undefined where there is none. */
export async function openBrowser(): Promise<Browser | undefined> {
    const text = process.env["CICD_TEST_CHROMIUM"];
    if (text === undefined || text === "") {
        return undefined;
    }
    const { executablePath, env, args } = Given.parse(JSON.parse(text));
    const environment = Object.entries({ ...process.env, ...env }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
    );
    return chromium.launch({ executablePath, args, env: Object.fromEntries(environment) });
}

/** Keeps a picture where `CICD_SCREENSHOTS` names a directory; does nothing otherwise. */
export async function picture(page: Page, name: string): Promise<void> {
    const directory = process.env["CICD_SCREENSHOTS"];
    if (directory === undefined || directory === "") {
        return;
    }
    await mkdir(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true, animations: "disabled" });
}

/** Every page in dark, light and on a phone. */
export async function pictures(page: Page, name: string): Promise<void> {
    for (const theme of ["dark", "light"]) {
        // As text, because this runs in the page, whose types are not known here.
        await page.evaluate(
            `localStorage.setItem("theme", "${theme}");
             dispatchEvent(new StorageEvent("storage", { key: "theme", newValue: "${theme}", storageArea: localStorage }));`,
        );
        await page.locator(`body.${theme}`).waitFor();
        await picture(page, `${name}-${theme}`);
    }
    const size = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(page, `${name}-360`);
    await page.setViewportSize(size ?? { width: 1400, height: 1000 });
}
