// Verifies a sealed journal with golang.org/x/mod/sumdb alone: its own notes, tiles and proofs, none of Beffroi's code.
//
//	main FOLDER KEY [OLDER-CHECKPOINT]
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type reader struct{ folder string }

func (r reader) Height() int { return 8 }

func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

// Addresses of C2SP tlog-tiles differ from sumdb's own by the height, which they leave out.
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(r.folder, path))
		if err != nil {
			full := tile
			full.W = 256
			path = strings.Replace(full.Path(), "tile/8/", "tile/", 1)
			if data, err = os.ReadFile(filepath.Join(r.folder, path)); err != nil {
				return nil, err
			}
			data = data[:tile.W*tlog.HashSize]
		}
		found = append(found, data)
	}
	return found, nil
}

func tree(raw []byte, key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	check(err)
	opened, err := note.Open(raw, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("another log: %s", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

func main() {
	folder, key := os.Args[1], os.Args[2]
	raw, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err)
	now := tree(raw, key)
	hashes := tlog.TileHashReader(now, reader{folder})
	root, err := tlog.TreeHash(now.N, hashes)
	check(err)
	if root != now.Hash {
		check(fmt.Errorf("the tiles give another root"))
	}
	for index := int64(0); index < now.N; index += 256 {
		path := strings.Replace(tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}.Path(), "tile/8/0/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			bundle, err = os.ReadFile(filepath.Join(folder, fmt.Sprintf("%s.p/%d", path, now.N-index)))
			check(err)
		}
		input := bytes.NewReader(bundle)
		var want []int64
		for place := index; place < now.N && place < index+256; place++ {
			want = append(want, tlog.StoredHashIndex(0, place))
		}
		stored, err := hashes.ReadHashes(want)
		check(err)
		for place := range want {
			var length uint16
			check(binary.Read(input, binary.BigEndian, &length))
			entry := make([]byte, length)
			_, err := input.Read(entry)
			check(err)
			if tlog.RecordHash(entry) != stored[place] {
				check(fmt.Errorf("entry %d is not the one sealed", index+int64(place)))
			}
		}
	}
	for _, index := range []int64{0, now.N / 2, now.N - 1} {
		proof, err := tlog.ProveRecord(now.N, index, hashes)
		check(err)
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		check(err)
		check(tlog.CheckRecord(proof, now.N, now.Hash, index, leaf[0]))
	}
	if len(os.Args) > 3 {
		raw, err := os.ReadFile(os.Args[3])
		check(err)
		old := tree(raw, key)
		proof, err := tlog.ProveTree(now.N, old.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, now.N, now.Hash, old.N, old.Hash))
	}
	fmt.Printf("%d entries accepted\n", now.N)
}

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}
