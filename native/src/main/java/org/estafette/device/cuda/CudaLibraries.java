package org.estafette.device.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Looks for CUDA's libraries, in this order: the folder that {@value #PROPERTY} names, CUDA_HOME
 * and CUDA_PATH, the folders of LD_LIBRARY_PATH, /usr/local/cuda*, the nvidia packages of pip (of
 * the environments that are active or on the PATH first), JavaCPP's redistributable jars (on the
 * class path and in the local Maven repository), and at last whatever the loader finds by name.
 * Where there are several, one whose version the driver knows is taken.
 */
final class CudaLibraries {
  /** System property that names a folder to look in first. */
  static final String PROPERTY = "estafette.cuda.libraries";

  private static final String REDIST = "org/bytedeco/cuda/linux-x86_64/";
  private static final Pattern VERSIONED = Pattern.compile("lib[a-zA-Z-]+\\.so\\.(\\d+)(?:\\..*)?");

  /** Oldest version that is made for all that is used here. */
  private static final int OLDEST = 12;

  private static final int ANY = Integer.MAX_VALUE;
  private static final int UNKNOWN = 0;

  private final Map<String, String> environment;
  private final Path home;
  private final @Nullable String named;

  /**
   * @param environment the process's
   * @param home the user's folder
   * @param named the folder to look in first; null where none is named
   */
  CudaLibraries(Map<String, String> environment, Path home, @Nullable String named) {
    this.environment = environment;
    this.home = home;
    this.named = named;
  }

  /** With this process's environment. */
  static CudaLibraries ofProcess() {
    return new CudaLibraries(
        System.getenv(),
        Path.of(System.getProperty("user.home", ".")),
        System.getProperty(PROPERTY));
  }

  /**
   * A library that was found.
   *
   * @param name what the loader is to load: a path, or a bare name
   * @param where what people are told
   * @param companion how the name of a library begins that it needs and that lies beside it
   */
  record Found(String name, String where, String companion) {
    /**
     * Loads it. What it needs is loaded first: the loader knows libraries that are loaded by their
     * names, and would not look into this folder.
     */
    SymbolLookup open() throws CudaUnavailableException {
      try {
        Path folder = Path.of(name).getParent();
        if (folder != null && !companion.isEmpty()) {
          int its = version(Path.of(name));
          for (Path beside : children(folder, companion + "*")) {
            // Not those of other versions; a link to one that is loaded already costs nothing.
            if (its == UNKNOWN || version(beside) == UNKNOWN || version(beside) == its) {
              SymbolLookup.libraryLookup(beside, Arena.global());
            }
          }
        }
        return name.contains("/")
            ? SymbolLookup.libraryLookup(Path.of(name), Arena.global())
            : SymbolLookup.libraryLookup(name, Arena.global());
      } catch (IllegalArgumentException e) {
        throw new CudaUnavailableException(
            where + " cannot be loaded (" + e.getMessage() + ").", e);
      }
    }

    @Override
    public String toString() {
      return where;
    }
  }

  /** The driver's library, which comes with the GPU's driver and lies where the loader looks. */
  Found driver() throws CudaUnavailableException {
    for (String name : new String[] {"libcuda.so.1", "libcuda.so"}) {
      for (String folder :
          new String[] {
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib64",
            "/usr/lib/wsl/lib",
            "/usr/local/nvidia/lib64",
            "/usr/local/nvidia/lib"
          }) {
        Path file = Path.of(folder).resolve(name);
        if (Files.exists(file)) {
          return new Found(file.toString(), file.toString(), "");
        }
      }
      if (loads(name)) {
        return new Found(name, name, "");
      }
    }
    throw new CudaUnavailableException(
        "There is no NVIDIA driver (libcuda.so.1): training runs on the CPU.");
  }

  /** The compiler of kernels, of whatever version. */
  Found nvrtc() throws CudaUnavailableException {
    return nvrtc(ANY);
  }

  /**
   * The compiler of kernels.
   *
   * @param most newest version that is wanted: 13 for a driver of CUDA 13. A newer one is found
   *     where there is no other
   */
  Found nvrtc(int most) throws CudaUnavailableException {
    return toolkit("NVRTC", "nvrtc", "libnvrtc.so", "libnvrtc-builtins.so", most);
  }

  /** The matrix products, of whatever version. */
  Found cublas() throws CudaUnavailableException {
    return cublas(ANY);
  }

  /** The matrix products; see {@link #nvrtc(int)}. */
  Found cublas(int most) throws CudaUnavailableException {
    return toolkit("cuBLAS", "cublas", "libcublas.so", "libcublasLt.so", most);
  }

  private Found toolkit(String title, String pip, String file, String companion, int most)
      throws CudaUnavailableException {
    // What is named is meant, in whatever version.
    Found found = named == null ? null : lookIn(List.of(Path.of(named)), file, companion, 0, ANY);
    if (found == null) {
      found = search(file, companion, OLDEST, most);
    }
    if (found == null) {
      found = search(file, companion, 0, ANY);
    }
    if (found != null) {
      return found;
    }
    throw new CudaUnavailableException(
        "%s (%s) was not found; install the CUDA toolkit or pip's nvidia-%s, or name its folder"
                .formatted(title, file, pip.equals("nvrtc") ? "cuda-nvrtc" : pip)
            + " with CUDA_HOME or -D"
            + PROPERTY
            + "=DIR.");
  }

  private @Nullable Found search(String file, String companion, int oldest, int most) {
    Found found = lookIn(folders(), file, companion, oldest, most);
    if (found == null) {
      found = packed(file, companion, most);
    }
    return found == null ? byName(file, most) : found;
  }

  private static @Nullable Found lookIn(
      List<Path> folders, String file, String companion, int oldest, int most) {
    for (Path folder : folders) {
      Path found = newest(folder, file, oldest, most);
      if (found != null) {
        return new Found(found.toString(), found.toString(), companion);
      }
    }
    return null;
  }

  private static @Nullable Found byName(String file, int most) {
    for (int version = Math.min(most, 13); version >= OLDEST; version--) {
      if (loads(file + "." + version)) {
        return new Found(file + "." + version, file + "." + version, "");
      }
    }
    return loads(file) ? new Found(file, file, "") : null;
  }

  private static boolean loads(String name) {
    try {
      SymbolLookup.libraryLookup(name, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Folders to look in, in order, those that are there. */
  private List<Path> folders() {
    Set<Path> all = new LinkedHashSet<>();
    if (named != null) {
      all.add(Path.of(named));
    }
    for (String variable : new String[] {"CUDA_HOME", "CUDA_PATH"}) {
      String root = environment.get(variable);
      if (root != null && !root.isBlank()) {
        addToolkit(all, Path.of(root));
      }
    }
    for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":", -1)) {
      if (!folder.isBlank()) {
        all.add(Path.of(folder));
      }
    }
    children(Path.of("/usr/local"), "cuda*").forEach(root -> addToolkit(all, root));
    all.add(Path.of("/usr/lib/x86_64-linux-gnu"));
    sitePackages().forEach(site -> addPip(all, site));
    return all.stream().filter(Files::isDirectory).toList();
  }

  private static void addToolkit(Set<Path> all, Path root) {
    all.add(root.resolve("lib64"));
    all.add(root.resolve("targets/x86_64-linux/lib"));
    all.add(root.resolve("lib"));
  }

  /** pip's packages: nvidia/NAME/lib, and nvidia/cu13/lib since CUDA 13. */
  private static void addPip(Set<Path> all, Path site) {
    for (Path part : children(site.resolve("nvidia"), "*")) {
      all.add(part.resolve("lib"));
    }
  }

  private List<Path> sitePackages() {
    List<Path> roots = new ArrayList<>();
    String virtual = environment.get("VIRTUAL_ENV");
    if (virtual != null) {
      roots.add(Path.of(virtual, "lib"));
    }
    String conda = environment.get("CONDA_PREFIX");
    if (conda != null) {
      roots.add(Path.of(conda, "lib"));
    }
    // Environments whose Python is on the path, though nothing was activated.
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      addPythons(roots, Path.of(folder).resolve("python3"));
    }
    roots.add(home.resolve(".local/lib"));
    children(home.resolve(".pyenv/versions"), "*").forEach(v -> roots.add(v.resolve("lib")));
    roots.add(Path.of("/usr/local/lib"));
    roots.add(Path.of("/usr/lib"));
    for (Path part : children(Path.of("/opt"), "*")) {
      roots.add(part.resolve("lib"));
      roots.add(part.resolve(".venv/lib"));
      roots.add(part.resolve("venv/lib"));
    }
    List<Path> sites = new ArrayList<>();
    for (String folder : environment.getOrDefault("PYTHONPATH", "").split(":", -1)) {
      if (!folder.isBlank()) {
        sites.add(Path.of(folder));
      }
    }
    for (Path root : roots) {
      for (Path python : children(root, "python3*")) {
        sites.add(python.resolve("site-packages"));
        sites.add(python.resolve("dist-packages"));
      }
    }
    return sites;
  }

  /** The lib beside each bin on a link's way to the program. */
  private static void addPythons(List<Path> roots, Path python) {
    for (int links = 0; links < 8 && Files.exists(python); links++) {
      Path bin = python.getParent();
      if (bin != null && bin.endsWith("bin")) {
        roots.add(bin.resolveSibling("lib"));
      }
      try {
        python = python.resolveSibling(Files.readSymbolicLink(python));
      } catch (IOException | UnsupportedOperationException e) {
        return; // Not a link: this is the program.
      }
    }
  }

  private static List<Path> children(Path folder, String pattern) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
        stream.forEach(found::add);
      } catch (IOException e) {
        return List.of();
      }
    }
    // The highest version first.
    found.sort((a, b) -> b.getFileName().toString().compareTo(a.getFileName().toString()));
    return found;
  }

  /** The newest of these versions in a folder; one that does not say its version is any. */
  private static @Nullable Path newest(Path folder, String file, int oldest, int most) {
    Path best = null;
    int rank = -1;
    // Not the alternative builds (libnvrtc.alt.so), whose names begin in another way.
    for (Path candidate : children(folder, file + "*")) {
      int its = version(candidate);
      // Of several names of one file, the one that programs are linked to: libcublas.so.13.
      int ranked = 2 * its + (candidate.toString().endsWith(".so." + its) ? 1 : 0);
      if (ranked > rank && (its == UNKNOWN || (its >= oldest && its <= most))) {
        best = candidate;
        rank = ranked;
      }
    }
    return best;
  }

  /** 13 for libcublas.so.13.0.2 and for a link of any name to it. */
  private static int version(Path library) {
    Matcher m = VERSIONED.matcher(library.getFileName().toString());
    if (m.matches()) {
      return Integer.parseInt(m.group(1));
    }
    try {
      m = VERSIONED.matcher(library.toRealPath().getFileName().toString());
      return m.matches() ? Integer.parseInt(m.group(1)) : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** Out of JavaCPP's jars. */
  private @Nullable Found packed(String file, String companion, int most) {
    Path jar = null;
    for (int version = Math.min(most, 13); version >= OLDEST && jar == null; version--) {
      URL url = CudaLibraries.class.getClassLoader().getResource(REDIST + file + "." + version);
      if (url != null && url.getPath().contains("!")) {
        jar = Path.of(url.getPath().substring("file:".length(), url.getPath().indexOf('!')));
      }
    }
    for (Path candidate : jar != null ? List.of(jar) : jars()) {
      try {
        Path folder = unpack(candidate, file, companion, most);
        Path found = newest(folder, file, OLDEST, most);
        if (found != null) {
          return new Found(
              found.toString(), found + " (of " + candidate.getFileName() + ")", companion);
        }
      } catch (IOException | UncheckedIOException e) {
        continue; // A damaged jar: the next one may do, and nothing found is said at the end.
      }
    }
    return null;
  }

  private List<Path> jars() {
    Path repository =
        Path.of(System.getProperty("maven.repo.local", home.resolve(".m2/repository").toString()));
    List<Path> jars = new ArrayList<>();
    for (String artifact : new String[] {"cuda-redist", "cuda"}) {
      for (Path version : children(repository.resolve("org/bytedeco/" + artifact), "*")) {
        jars.addAll(children(version, artifact + "-*-linux-x86_64*.jar"));
      }
    }
    return jars;
  }

  private static Path unpack(Path jar, String file, String companion, int most) throws IOException {
    String name = jar.getFileName().toString();
    Path folder = CudaCache.folder().resolve(name.substring(0, name.length() - ".jar".length()));
    try (ZipFile zip = new ZipFile(jar.toFile());
        Stream<? extends ZipEntry> entries = zip.stream()) {
      for (ZipEntry entry : (Iterable<ZipEntry>) entries.map(e -> (ZipEntry) e)::iterator) {
        String last = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        if (entry.getName().startsWith(REDIST)
            && (last.startsWith(file + ".") || last.startsWith(companion))
            && version(Path.of(last)) <= most) {
          Path to = folder.resolve(last);
          if (!Files.exists(to) || Files.size(to) != entry.getSize()) {
            try (InputStream in = zip.getInputStream(entry)) {
              CudaCache.write(to, in);
            }
          }
        }
      }
    }
    return folder;
  }
}
