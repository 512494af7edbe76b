/** What other systems call a variable, and what it is called here. */
const names: Readonly<Record<string, string>> = {
    CI_COMMIT_SHA: "CICD_COMMIT_SHA",
    CI_COMMIT_SHORT_SHA: "CICD_COMMIT_SHA",
    CI_COMMIT_BRANCH: "CICD_BRANCH",
    CI_COMMIT_REF_NAME: "CICD_BRANCH",
    CI_COMMIT_REF_SLUG: "CICD_BRANCH",
    CI_COMMIT_TAG: "CICD_TAG",
    CI_PIPELINE_ID: "CICD_PIPELINE_ID",
    CI_PROJECT_NAME: "CICD_STACK",
    CI_REPO_NAME: "CICD_STACK",
    GITHUB_SHA: "CICD_COMMIT_SHA",
    GITHUB_REF_NAME: "CICD_BRANCH",
    GITHUB_RUN_ID: "CICD_PIPELINE_ID",
};

/** The way out for a variable without a value. */
export function missingVariableHint(name: string): string {
    const ours = Object.hasOwn(names, name) ? names[name] : undefined;
    return ours === undefined ? "set it under variables, or write ${NAME:-default}" : `write $${ours}`;
}
