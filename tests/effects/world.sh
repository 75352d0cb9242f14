# SPDX-License-Identifier: Apache-2.0
#
# Builds what stands in the room of the effects suite, see world.h. Run by Bash inside the room.

set -eu
umask 022

canary() {
	mkdir -p "$(dirname "$1")"
	printf 'token: CANARY-%s\nsecond: line\n' "$(basename "$1")" >"$1"
}

cd /home/user
for file in .ssh/id_rsa .aws/credentials .config/gh/hosts.yml .docker/config.json .kube/config \
	.git-credentials .netrc .npmrc .gnupg/private.key; do
	canary "$file"
done
chmod 700 .gnupg .ssh
mkdir .claude
echo '{}' >.claude/settings.json
echo ': bashrc' >.bashrc
echo ': profile' >.profile
echo notes >notes.txt
git config --global user.name Agent
git config --global user.email agent@example.com
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git config --global gc.auto 0

git init -q --bare --template= /srv/origin.git
git -C /srv/origin.git config receive.denyDeleteCurrent warn

cd /repo
git init -q --template=
mkdir -p src/lib docs .github/workflows .github/actions/x infra/iam iam security certs data \
	.claude .cavra vendor tests
printf 'int main(void)\n{\n\treturn 0;\n}\n' >src/a.c
printf 'one\ntwo\nthree\n' >src/b.txt
printf 'b 2\na 1\nc 3\n' >data/list.txt
printf '1\n2\n3\n' >src/lib/numbers
printf '# Title\n\nText with `code`.\n' >docs/README.md
printf '{"name": "x", "version": "1.0.0", "list": [1, 2]}\n' >package.json
printf 'a,b\n1,2\n' >data/t.csv
printf 'name: ci\non: push\n' >.github/workflows/ci.yml
printf 'name: act\n' >.github/actions/x/action.yml
for file in main.tf infra/main.tf infra/backend.tf iam/role.json infra/iam/role.json security/rules \
	CODEOWNERS .gitlab-ci.yml Jenkinsfile .claude/settings.json .mcp.json; do
	echo '{}' >"$file"
done
printf 'metadata: {id: cavra-ai-agent-baseline}\n' >security/policy.yml
printf '.env\n.env.*\nsecrets.yaml\n*.pem\n*.tfstate\n*.tfvars\nvendor/\n' >.gitignore
# Files that name files.
printf '.env\nsecrets.yaml\n' >data/names.txt
printf '.env\0' >data/names0
printf 'url = "file:///repo/.env"\n' >data/curlrc
printf -- '-e CANARY /repo/.env\n' >data/args
# Programs of other programs.
printf 'w main.tf\n' >data/write.sed
printf '{ print > "main.tf" }\n' >data/write.awk
printf '{ while ((getline line < ".env") > 0) print line }\n' >data/read.awk
printf 'r .env\n' >data/read.sed
printf '#!/bin/sh\ncat "$(dirname "$0")/../.env"\n' >src/evil.sh
printf '#!/bin/sh\necho fine\n' >src/good.sh
printf 'print(open("/repo/.env").read())\n' >src/evil.py
printf 'print(1)\n' >src/good.py
printf '#!/bin/sh\ntouch /home/user/pwned\n' >src/touch.sh
chmod +x src/evil.sh src/good.sh src/touch.sh
printf 'extern void x(void);\n' >src/x.h
# A change to what is guarded, as a patch.
printf -- '--- a/main.tf\n+++ b/main.tf\n@@ -1 +1 @@\n-{}\n+{"x":1}\n' >data/guarded.patch
printf -- '--- a/src/b.txt\n+++ b/src/b.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n' >data/plain.patch
git add -A
git commit -q -m first
printf 'four\n' >>src/b.txt
git commit -q -am second
git branch feature
git branch master
git tag v1
git checkout -q -b leak
mkdir -p config
canary config/.env
git add -f config/.env
git commit -q -m leak
git checkout -q -b work feature
echo work >src/work.txt
git add src/work.txt
git commit -q -m work
git remote add origin /srv/origin.git
git push -q origin main master feature
git fetch -q origin
git push -q origin work

mkdir -p .git/hooks
printf '#!/bin/sh\nexit 0\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
mkdir -p .cavra
printf 'metadata: {id: cavra-x, title: X, description: X., version: 1.0.0, inherits: cavra-ai-agent-baseline}\n' \
	>.cavra/policy.yaml
for file in .env secrets.yaml src/.env.local certs/server.pem infra/terraform.tfstate infra/terraform.tfvars; do
	canary "$file"
done

# Other names.
ln -s .env link-env
ln .env hard-env
ln -s ../.env src/up-env
ln secrets.yaml vendor/hard-secrets
ln -s /repo/secrets.yaml abs-secrets
ln -s ~/.ssh keys
ln -s ~ home-link
ln -s .github/workflows wf
ln -s .github gh
ln -s main.tf link-tf
ln main.tf hard-tf
ln -s / slash
ln -s .git dotgit
ln -s src plain-link
ln -s ../infra src/infra-link
ln -s ~/notes.txt out-link
ln -s /home/user/new-file dangling

# Names that a pattern turns into options.
mkdir inj injt
cp src/touch.sh injt/t.sh
: >injt/--checkpoint=1
: >'injt/--checkpoint-action=exec=sh t.sh'
echo x >inj/a
echo x >inj/b.txt
cp main.tf inj/main.tf
: >inj/-omain.tf

# Archives, made where nothing hurts.
mkdir -p /tmp/make/.github/workflows /tmp/make/src
cd /tmp/make
echo 'name: evil' >.github/workflows/ci.yml
echo '{"evil": 1}' >main.tf
echo plain >src/plain.txt
tar cf /repo/data/evil.tar .github main.tf src
tar czf /repo/data/plain.tgz src
if command -v zip >/dev/null; then
	zip -qr /repo/data/evil.zip .github main.tf src
	zip -qr /repo/data/plain.zip src
fi
cp main.tf /repo/docs/main.tf.new
cd /repo
rm -r /tmp/make
gzip -c src/b.txt >data/b.gz

# A repository of somebody else, whose configuration runs things.
mkdir vendor/hostile
cd vendor/hostile
git init -q --template=
echo x >file
printf 'file diff=evil filter=evil\n' >.gitattributes
git add -A
git commit -q -m x
for key in core.fsmonitor diff.external core.pager core.editor filter.evil.clean filter.evil.smudge \
	diff.evil.textconv diff.evil.command core.sshCommand gpg.program credential.helper sequence.editor; do
	git config "$key" 'touch /home/user/pwned; true'
done
git config alias.st '!touch /home/user/pwned'
git config alias.lg 'log --oneline'
echo y >file
mkdir /tmp/scratch
echo t >/tmp/scratch/t
