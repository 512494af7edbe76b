/** What the editor begins with where a repository has no pipeline file. */
export const starterPipeline = `# What runs in containers before the stack is built and deployed.
stages: [test, check]

unit:
  stage: test
  image: node:20
  script:
    - npm ci
    - npm test

compose:
  stage: check
  image: alpine:3
  script: test -f compose.yaml
`;
