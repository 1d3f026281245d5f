// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "junk",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0"),
        .package(
            name: "Yams", url: "https://github.com/jpsim/Yams", .upToNextMajor(from: "5.0.0")),
    ]
)
