import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { admin, type TestServer } from "./server.ts";

/** A browser on a server's page, logged in, and what went wrong in it since. */
export interface LoggedIn {
    readonly browser: Browser;
    readonly page: Page;
    readonly problems: readonly string[];
}

/** Says nothing of the page: the engine has made or removed a network of this machine. */
const networkChange = "net::ERR_NETWORK_CHANGED";

const attempts = 3;

/**
 * Opens an address and logs in. Again where the login does not show: while the engine makes or removes networks of this
 * machine the browser drops what it loads, and the page stays empty.
 */
export async function logInAt(page: Page, url: string): Promise<void> {
    const username = page.getByLabel("User name");
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
        await page.goto(url);
        const isThere = await username.waitFor({ timeout: 10_000 }).then(
            () => true,
            () => false,
        );
        if (isThere) {
            break;
        }
    }
    await username.fill(admin.username);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Log in" }).click();
}

export async function logInPage(server: Pick<TestServer, "url">): Promise<LoggedIn> {
    const browser = await openBrowser();
    if (browser === undefined) {
        throw new Error("no browser");
    }
    const problems: string[] = [];
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on("console", (message) => {
        if (message.type() === "error" && !message.text().includes(networkChange)) {
            problems.push(message.text());
        }
    });
    page.on("pageerror", (error) => problems.push(error.message));
    await logInAt(page, server.url);
    return { browser, page, problems };
}
